extension Provider {
    package static let all = mailboxes + services

    /// Those with mailboxes for people.
    private static let mailboxes: [Provider] = [
        Provider(
            "gmail", "Gmail", domains: ["gmail.com", "googlemail.com"],
            exchanges: ["google.com", "googlemail.com"],
            servers: [.init("smtp.gmail.com", 465, .tls), .init("smtp.gmail.com", 587, .starttls)],
            imap: .init("imap.gmail.com", 993, .tls), proof: .appPassword,
            help: "https://myaccount.google.com/apppasswords", perDay: 500, filesSentCopies: true,
            sentFolder: "[Gmail]/Sent Mail",
            note: "App passwords need 2-Step Verification. Google Workspace allows 2,000 messages a day."),
        Provider(
            "outlook", "Outlook.com",
            domains: [
                "outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com", "outlook.at",
                "outlook.de",
                "outlook.dk", "outlook.es", "outlook.fr", "outlook.ie", "outlook.in", "outlook.it",
                "outlook.jp",
                "outlook.pt", "outlook.com.au", "outlook.com.br", "hotmail.co.uk", "hotmail.ca", "hotmail.de",
                "hotmail.es", "hotmail.fr", "hotmail.it", "hotmail.nl", "hotmail.se", "hotmail.com.br",
                "live.at",
                "live.ca", "live.co.uk", "live.com.au", "live.de", "live.dk", "live.fr", "live.it", "live.nl",
                "live.se",
            ],
            exchanges: ["olc.protection.outlook.com"],
            servers: [.init("smtp-mail.outlook.com", 587, .starttls)],
            imap: .init("outlook.office365.com", 993, .tls), proof: .oauth,
            help: "https://learn.microsoft.com/entra/identity-platform/quickstart-register-app", perDay: 300,
            filesSentCopies: true,
            note: "Microsoft takes no passwords here: sign in with --oauth --client-id ID."),
        Provider(
            "office365", "Microsoft 365", exchanges: ["mail.protection.outlook.com", "mx.microsoft"],
            servers: [.init("smtp.office365.com", 587, .starttls)],
            imap: .init("outlook.office365.com", 993, .tls), proof: .oauth,
            help:
                "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
            perDay: 10_000, connections: 3, filesSentCopies: true,
            note:
                "An administrator has to allow authenticated SMTP for the mailbox. 30 messages a minute; 10,000 recipients a day."
        ),
        Provider(
            "yahoo", "Yahoo Mail",
            domains: [
                "yahoo.com", "ymail.com", "myyahoo.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de",
                "yahoo.fr",
                "yahoo.ca", "yahoo.it", "yahoo.es", "yahoo.se", "yahoo.co.in", "yahoo.co.nz", "yahoo.com.au",
                "yahoo.com.ar", "yahoo.com.br", "yahoo.com.mx",
            ],
            exchanges: ["yahoodns.net"],
            servers: [.init("smtp.mail.yahoo.com", 465, .tls), .init("smtp.mail.yahoo.com", 587, .starttls)],
            imap: .init("imap.mail.yahoo.com", 993, .tls), proof: .appPassword,
            help: "https://login.yahoo.com/account/security", perDay: 500),
        Provider(
            "icloud", "iCloud Mail", domains: ["icloud.com", "me.com", "mac.com"],
            exchanges: ["mail.icloud.com"],
            servers: [.init("smtp.mail.me.com", 587, .starttls)], imap: .init("imap.mail.me.com", 993, .tls),
            imapUserName: .localPart, proof: .appPassword, help: "https://account.apple.com", perDay: 1_000,
            filesSentCopies: false,
            note: "At a domain of your own the user name is your iCloud address."),
        Provider(
            "fastmail", "Fastmail", domains: ["fastmail.com", "fastmail.fm"],
            exchanges: ["messagingengine.com"],
            servers: [.init("smtp.fastmail.com", 465, .tls), .init("smtp.fastmail.com", 587, .starttls)],
            imap: .init("imap.fastmail.com", 993, .tls), proof: .appPassword,
            help: "https://app.fastmail.com/settings/security/apps", filesSentCopies: false),
        Provider(
            "zoho", "Zoho Mail", domains: ["zoho.com", "zohomail.com"], exchanges: ["zoho.com"],
            servers: [.init("smtp.zoho.com", 465, .tls), .init("smtp.zoho.com", 587, .starttls)],
            imap: .init("imap.zoho.com", 993, .tls), proof: .appPassword,
            help: "https://accounts.zoho.com/home#security/app_password",
            note:
                "Domains of organisations use smtppro.zoho.com, accounts of the European data centre smtp.zoho.eu."
        ),
        Provider(
            "zoho-eu", "Zoho Mail (EU)", domains: ["zohomail.eu"], exchanges: ["zoho.eu"],
            servers: [.init("smtp.zoho.eu", 465, .tls), .init("smtp.zoho.eu", 587, .starttls)],
            imap: .init("imap.zoho.eu", 993, .tls), proof: .appPassword,
            help: "https://accounts.zoho.eu/home#security/app_password"),
        Provider(
            "gmx", "GMX",
            domains: [
                "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu", "gmx.biz", "gmx.org", "gmx.info",
                "mein.gmx",
                "mail.gmx", "email.gmx",
            ], exchanges: ["gmx.net"],
            servers: [.init("mail.gmx.net", 465, .tls), .init("mail.gmx.net", 587, .starttls)],
            imap: .init("imap.gmx.net", 993, .tls),
            note: "POP3 and IMAP have to be turned on in the web mail's settings first."),
        Provider(
            "gmx-com", "GMX.com", domains: ["gmx.com", "gmx.us", "gmx.co.uk"],
            servers: [.init("mail.gmx.com", 465, .tls), .init("mail.gmx.com", 587, .starttls)],
            imap: .init("imap.gmx.com", 993, .tls),
            note: "POP3 and IMAP have to be turned on in the web mail's settings first."),
        Provider(
            "web.de", "WEB.DE", domains: ["web.de"],
            servers: [.init("smtp.web.de", 465, .tls), .init("smtp.web.de", 587, .starttls)],
            imap: .init("imap.web.de", 993, .tls),
            note: "POP3 and IMAP have to be turned on in the web mail's settings first."),
        Provider(
            "aol", "AOL Mail", domains: ["aol.com", "aim.com"],
            servers: [.init("smtp.aol.com", 465, .tls), .init("smtp.aol.com", 587, .starttls)],
            imap: .init("imap.aol.com", 993, .tls), proof: .appPassword,
            help: "https://login.aol.com/account/security", perDay: 500),
        Provider(
            "proton", "Proton Mail Bridge", domains: ["proton.me", "protonmail.com", "pm.me"],
            exchanges: ["protonmail.ch"], servers: [.init("127.0.0.1", 1025, .starttls)],
            imap: .init("127.0.0.1", 1143, .starttls), help: "https://proton.me/mail/bridge",
            filesSentCopies: true,
            note:
                "Proton's Bridge has to run on this machine; the password is the Bridge's. Pin its key (--pin)."
        ),
        Provider(
            "mail.ru", "Mail.ru", domains: ["mail.ru", "inbox.ru", "list.ru", "bk.ru"],
            exchanges: ["mail.ru"],
            servers: [.init("smtp.mail.ru", 465, .tls), .init("smtp.mail.ru", 587, .starttls)],
            imap: .init("imap.mail.ru", 993, .tls),
            proof: .appPassword, help: "https://account.mail.ru/user/2-step-auth/passwords"),
        Provider(
            "yandex", "Yandex Mail",
            domains: ["yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "ya.ru", "narod.ru"],
            exchanges: ["yandex.net", "yandex.ru"],
            servers: [.init("smtp.yandex.com", 465, .tls)], imap: .init("imap.yandex.com", 993, .tls),
            proof: .appPassword, help: "https://id.yandex.com/security/app-passwords", perDay: 500,
            note: "IMAP has to be turned on in the settings of Yandex Mail first."),
        Provider(
            "t-online", "T-Online", domains: ["t-online.de", "magenta.de"],
            servers: [
                .init("securesmtp.t-online.de", 465, .tls), .init("securesmtp.t-online.de", 587, .starttls),
            ],
            imap: .init("secureimap.t-online.de", 993, .tls),
            note: "It wants the e-mail password, set apart in its settings."),
        Provider(
            "posteo", "Posteo",
            domains: [
                "posteo.de", "posteo.net", "posteo.org", "posteo.at", "posteo.ch", "posteo.com", "posteo.eu",
                "posteo.me", "posteo.uk", "posteo.us",
            ],
            servers: [.init("posteo.de", 465, .tls), .init("posteo.de", 587, .starttls)],
            imap: .init("posteo.de", 993, .tls)),
        Provider(
            "mailbox.org", "mailbox.org", domains: ["mailbox.org"], exchanges: ["mailbox.org"],
            servers: [.init("smtp.mailbox.org", 465, .tls), .init("smtp.mailbox.org", 587, .starttls)],
            imap: .init("imap.mailbox.org", 993, .tls)),
    ]
}
