import Foundation
import PosternTestSupport

/// A separate Postfix: configuration, queue and mailbox in a temporary folder, one loopback port, stopped by process id.
final class Postfix: Sendable {
    let port: Int
    private let folder: TemporaryFolder
    private let master: Serving

    private init(port: Int, folder: TemporaryFolder, master: Serving) {
        (self.port, self.folder, self.master) = (port, folder, master)
    }

    deinit {
        master.signal(SIGTERM)
    }

    var log: String { (try? String(contentsOfFile: folder.path("log/postfix.log"), encoding: .utf8)) ?? "" }

    /// Starts one that takes mail for `mailbox.example` into one mailbox file and refuses everything else.
    static func start() async throws -> Postfix {
        let (folder, port) = (try TemporaryFolder(), try FreePort.find())
        let manager = FileManager.default
        for name in ["etc", "queue", "data", "mail", "log"] {
            try manager.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        // Postfix's users must be able to reach their folders.
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        try configuration(folder, port: port).write(toFile: folder.path("etc/main.cf"), atomically: true, encoding: .utf8)
        try services(port: port).write(toFile: folder.path("etc/master.cf"), atomically: true, encoding: .utf8)
        try "pat@mailbox.example box\n".write(toFile: folder.path("etc/mailboxes"), atomically: true, encoding: .utf8)
        for (name, user) in [("data", "postfix"), ("mail", "postfix")] {
            let done = try await Program.run("chown", ["\(user):\(user)", folder.path(name)])
            guard done.status == 0 else { throw Failure("chown: \(done.errors)") }
        }
        let checked = try await Program.run("postfix", ["-c", folder.path("etc"), "check"])
        guard checked.status == 0 else { throw Failure("postfix check: \(checked.errors)\(checked.output)") }

        let master = Serving()
        // -d: master(8) stays in the foreground and in our session, so that its process id can end it.
        try await master.start(
            "/usr/lib/postfix/sbin/master", ["-c", folder.path("etc"), "-d"],
            environment: ["MAIL_CONFIG": folder.path("etc"), "MAIL_LOGTAG": "postfix"], log: folder.path("log/master.log"))
        let postfix = Postfix(port: port, folder: folder, master: master)
        try await eventually("Postfix answers", within: .seconds(60)) {
            guard master.isRunning else { throw Failure("Postfix ended: \(postfix.log)") }
            let answer = try await Program.run(
                "python3",
                ["-c", "import socket; s=socket.create_connection(('127.0.0.1',\(port)),1); print(s.recv(3).decode())"])
            return answer.output.hasPrefix("220")
        }
        return postfix
    }

    func stop() async throws {
        master.signal(SIGTERM)
        try await eventually("Postfix has ended", within: .seconds(60)) { !self.master.isRunning }
    }

    /// A mail, as Python's parser reads it from the mailbox file.
    struct Mail: Decodable, Sendable {
        let subject: String
        let from: String
        let to: String
        let deliveredTo: String
        let returnPath: String
        let text: String
        let types: [String]
        let defects: [String]
        let raw: String
    }

    func readBack(count: Int) async throws -> [Mail] {
        let mailbox = folder.path("mail/box")
        var before = ""
        try await eventually("\(count) mails in the mailbox", within: .seconds(60)) {
            let content = (try? String(contentsOfFile: mailbox, encoding: .utf8)) ?? ""
            defer { before = content }
            let mails = content.components(separatedBy: "\nReturn-Path:").count - 1 + (content.hasPrefix("Return-Path:") ? 1 : 0)
            // Postfix may still be writing the last one: a mail ends with a blank line, but so do its parts.
            return mails >= count && content.hasSuffix("\n\n") && content == before
        }
        let read = try await Program.run("python3", ["-c", Self.reader, mailbox])
        guard read.status == 0 else { throw Failure("python3: \(read.errors)") }
        return try JSONDecoder().decode([Mail].self, from: Data(read.output.utf8))
    }

    private static let reader = """
        import email, email.policy, json, mailbox, sys
        from email.header import decode_header, make_header
        mails = []
        for raw in mailbox.mbox(sys.argv[1]):
            data = raw.as_bytes()
            m = email.message_from_bytes(data, policy=email.policy.default)
            # The older decoder for names: the newer one leaves a space between encoded words (gh-128110).
            old = email.message_from_bytes(data)
            name = lambda h: str(make_header(decode_header(old[h] or '')))
            mails.append(dict(subject=str(m['Subject']), **{'from': name('From')}, to=name('To'), deliveredTo=str(m['Delivered-To'] or m['X-Original-To']),
                returnPath=str(m['Return-Path']), text=m.get_body(('plain',)).get_content(), types=[p.get_content_type() for p in m.walk()],
                defects=[repr(d) for p in m.walk() for d in p.defects], raw=data.decode('utf-8', 'replace')))
        print(json.dumps(mails))
        """

    private static func configuration(_ folder: TemporaryFolder, port: Int) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(folder.path("queue"))
        data_directory = \(folder.path("data"))
        mail_spool_directory = \(folder.path("mail"))
        maillog_file = \(folder.path("log/postfix.log"))
        maillog_file_prefixes = \(folder.path("log"))
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        myhostname = mail.mailbox.example
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        smtpd_recipient_restrictions = reject_unauth_destination
        smtpd_relay_restrictions = reject_unauth_destination
        virtual_mailbox_domains = mailbox.example, unknown.example
        virtual_mailbox_base = \(folder.path("mail"))
        virtual_mailbox_maps = texthash:\(folder.path("etc/mailboxes"))
        virtual_uid_maps = static:\(Self.id("-u"))
        virtual_gid_maps = static:\(Self.id("-g"))
        virtual_minimum_uid = 1
        smtputf8_enable = yes
        alias_maps =
        alias_database =
        biff = no

        """
    }

    /// The ids of Postfix's user, who must own a mailbox file.
    private static func id(_ flag: String) -> String {
        let entry = getpwnam("postfix")
        guard let entry else { return "1" }
        return flag == "-u" ? "\(entry.pointee.pw_uid)" : "\(entry.pointee.pw_gid)"
    }

    private static func services(port: Int) -> String {
        """
        127.0.0.1:\(port) inet n - n - - smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        local unix - n n - - local
        virtual unix - n n - - virtual
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}
