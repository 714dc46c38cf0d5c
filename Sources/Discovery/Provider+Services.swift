extension Provider {
    /// Those that send for programs, at the domains of their customers: found by `--provider`, for no address says them.
    static let services: [Provider] = [
        Provider(
            "ses", "Amazon SES",
            servers: [
                .init("email-smtp.us-east-1.amazonaws.com", 465, .tls),
                .init("email-smtp.us-east-1.amazonaws.com", 587, .starttls),
            ], userName: .own, proof: .apiKey, help: "https://console.aws.amazon.com/ses/home#/smtp",
            perDay: 200,
            filesSentCopies: false,
            note:
                "SMTP credentials are made apart from access keys. For another region give --smtp-url. 200 a day is the SES sandbox."
        ),
        Provider(
            "sendgrid", "SendGrid",
            servers: [.init("smtp.sendgrid.net", 465, .tls), .init("smtp.sendgrid.net", 587, .starttls)],
            userName: .fixed("apikey"), proof: .apiKey, help: "https://app.sendgrid.com/settings/api_keys",
            filesSentCopies: false),
        Provider(
            "mailgun", "Mailgun",
            servers: [.init("smtp.mailgun.org", 465, .tls), .init("smtp.mailgun.org", 587, .starttls)],
            userName: .own, help: "https://app.mailgun.com/mg/sending/domains", filesSentCopies: false,
            note: "Domains in the EU region use smtp.eu.mailgun.org."),
        Provider(
            "postmark", "Postmark", servers: [.init("smtp.postmarkapp.com", 587, .starttls)], userName: .own,
            proof: .apiKey, help: "https://account.postmarkapp.com/servers", filesSentCopies: false,
            note: "The server API token is user name and password."),
        Provider(
            "brevo", "Brevo",
            servers: [
                .init("smtp-relay.brevo.com", 465, .tls), .init("smtp-relay.brevo.com", 587, .starttls),
            ],
            userName: .own, proof: .apiKey, help: "https://app.brevo.com/settings/keys/smtp", perDay: 300,
            filesSentCopies: false),
        Provider(
            "resend", "Resend",
            servers: [.init("smtp.resend.com", 465, .tls), .init("smtp.resend.com", 587, .starttls)],
            userName: .fixed("resend"), proof: .apiKey, help: "https://resend.com/api-keys", perDay: 100,
            filesSentCopies: false),
        Provider(
            "mailjet", "Mailjet",
            servers: [.init("in-v3.mailjet.com", 465, .tls), .init("in-v3.mailjet.com", 587, .starttls)],
            userName: .own, proof: .apiKey, help: "https://app.mailjet.com/account/apikeys", perDay: 200,
            filesSentCopies: false),
        Provider(
            "sparkpost", "SparkPost", servers: [.init("smtp.sparkpostmail.com", 587, .starttls)],
            userName: .fixed("SMTP_Injection"), proof: .apiKey,
            help: "https://app.sparkpost.com/account/api-keys",
            filesSentCopies: false),
        Provider(
            "mailtrap", "Mailtrap", servers: [.init("live.smtp.mailtrap.io", 587, .starttls)],
            userName: .fixed("api"), proof: .apiKey, help: "https://mailtrap.io/sending/domains",
            filesSentCopies: false),
    ]
}
