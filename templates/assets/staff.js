// Passkeys, for the pages on which staff sign in or choose how to. Without this, a password and a code do.
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const ways = {
  async create(form) {
    const { challenge, party, name } = form.dataset;
    const made = await navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(challenge),
        rp: { id: party, name: "Postern" },
        user: { id: new TextEncoder().encode(name), name, displayName: name },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    });
    return { clientData: made.response.clientDataJSON, attestation: made.response.attestationObject };
  },

  async get(form) {
    const { challenge, party, credential } = form.dataset;
    const given = await navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challenge),
        rpId: party,
        userVerification: "required",
        // To sign in, the passkey says whose it is; later, it must be that person's.
        allowCredentials: credential ? [{ type: "public-key", id: bytesOf(credential) }] : [],
      },
    });
    return {
      credential: given.rawId,
      user: given.response.userHandle,
      clientData: given.response.clientDataJSON,
      authenticatorData: given.response.authenticatorData,
      signature: given.response.signature,
    };
  },
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.closest("[hidden]")?.removeAttribute("hidden");
  const failed = form.querySelector("[data-failed]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const parts = await ways[form.dataset.passkey](form);
      for (const [name, buffer] of Object.entries(parts)) {
        form.elements.namedItem(name).value = buffer ? textOf(buffer) : "";
      }
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
