extension Configuration {
    /// What is in effect for a setting, as it would be written in the file; nil where nothing is. A secret is never a setting: the
    /// path of its file is.
    package func text(of setting: Setting) -> String? {
        switch setting {
        case .publicURL: publicURL.description
        case .listen: listen.description
        case .staffListen: staffListen.description
        case .staffURL: staffURL.description
        case .trustedProxies: trustedProxies.isEmpty ? nil : trustedProxies.map(\.description).joined(separator: ",")
        case .database: database.description
        case .mailFrom: mail.from.text
        case .smtpURL:
            mail.demoMailbox.map { "demo://\($0)" } ?? "\(mail.smarthost.scheme.rawValue)://\(mail.smarthost.authority)"
        case .smtpTLS: mail.smarthost.tls.rawValue
        case .smtpUser: mail.user
        case .smtpPasswordFile: mail.passwordFile
        case .smtpLanes: String(mail.lanes)
        case .smtpCAFile: mail.caFile
        case .limitClient: limits.client.description
        case .limitRecipient: limits.recipient.description
        case .limitGlobal: limits.global.description
        case .limitRequests: limits.requests.description
        case .limitSender: limits.sender.description
        case .limitText: limits.text.description
        case .limitWave: limits.wave.map(String.init) ?? "off"
        case .budgetRecipient: Self.text(of: budgets.recipient)
        case .budgetAddress: Self.text(of: budgets.address)
        case .budgetConfirmation: Self.text(of: budgets.confirmation)
        case .budgetReply: Self.text(of: budgets.reply)
        case .budgetManage: Self.text(of: budgets.manage)
        case .budgetEnrol: budgets.enrol.description
        case .budgetGlobal: Self.text(of: budgets.global)
        case .retentionLetters: retention.letters.span
        case .retentionEvidence: retention.evidence.span
        case .retentionOutcomes: retention.outcomes.span
        case .retentionReports: retention.reports.span
        case .relayUser: users.relay
        case .vaultUser: users.vault
        case .templates: templates
        case .home: home
        case .lease: lease.span
        case .withdrawal: withdrawal == .zero ? "off" : withdrawal.span
        case .journalCopy: journalCopy?.description
        case .secretsCopy: secretsCopy
        case .banFile: banFile
        case .reveals: "\(reveals.most)/1d"
        case .revealTwoPersons: reveals.needsTwo ? "on" : "off"
        case .logLevel: logLevel
        case .securityContact: securityContacts.isEmpty ? nil : securityContacts.map(\.description).joined(separator: ",")
        case .cage: isCageRequired ? "required" : "available"
        }
    }

    private static func text(of budget: Limit.Rate?) -> String {
        (budget.map { Limit(burst: nil, rates: [$0]) } ?? .off).description
    }
}
