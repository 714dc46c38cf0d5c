extension DeliveryReport {
    /// The servers whose words are known. Each is told by sentences that stand in its programs, at the front.
    package enum Notice: String, Hashable, Sendable, CaseIterable {
        case gmail, gmailOld = "gmail_old", exchange, postfix, zoho, exim, qmail, sendmail
        case openSMTPD = "opensmtpd"

        /// The first shape that fits, with what it says; nil when none does or no one is named.
        static func read(_ text: NoticeText, in fields: MessageFields) -> (Notice, [Recipient])? {
            for shape in shapes {
                guard let place = text.opening.firstRange(ofWords: shape.opening),
                    // A person may quote such words, but has his own before them.
                    text.opening.utf8.distance(from: text.opening.startIndex, to: place.lowerBound) <= 600,
                    shape.with.allSatisfy({ text.opening.firstRange(ofWords: $0) != nil })
                else { continue }
                let reader = NoticeReader(text: text, shape: shape)
                var recipients = reader.recipients
                if recipients.isEmpty {
                    // Gmail and Exim repeat them there.
                    recipients = fields.values("x-failed-recipients").prefix(5).flatMap {
                        Address.found(inList: $0)
                    }
                    .map { reader.recipient($0, original: nil, said: nil) }
                }
                if !recipients.isEmpty { return (shape.notice, recipients) }
            }
            return nil
        }

        /// How one kind of server writes one kind of report.
        struct Shape {
            let notice: Notice
            let action: Recipient.Action
            /// In lower case, as all here.
            let opening: String
            var with: [String] = []
            var names: Naming = .lines
            /// Recipients are looked for behind the line that begins so.
            var behind: String?

            enum Naming {
                /// `ada@example.com` or `<ada@example.com>:` alone on a line, the reason on the lines below.
                case lines
                /// `<ada@example.com>: reason`, or as `lines`.
                case reasons
                /// `ada@example.com Invalid Address, ERROR_CODE :550 …`
                case sameLine
                /// In the opening, right behind the words that tell the shape.
                case sentence
            }
        }
    }
}

extension DeliveryReport.Notice {
    /// In the order they are tried: what is told by more stands before what is told by less.
    static let shapes: [Shape] = [
        // Zoho's first sentence is Exim's.
        Shape(
            notice: .zoho, action: .delayed, opening: mailDeliverySoftware, with: ["responsecode 4"],
            names: .sameLine),
        Shape(
            notice: .zoho, action: .failed, opening: mailDeliverySoftware, with: ["[status: error"],
            names: .sameLine),
        Shape(
            notice: .zoho, action: .failed, opening: mailDeliverySoftware, with: ["error_code"],
            names: .sameLine),
        Shape(
            notice: .zoho, action: .failed, opening: mailDeliverySoftware, with: ["error code"],
            names: .sameLine),
        Shape(
            notice: .exim, action: .delayed, opening: mailDeliverySoftware,
            with: ["has not yet been delivered to"],
            behind: "the address"),
        Shape(
            notice: .exim, action: .failed, opening: mailDeliverySoftware,
            with: ["could not be delivered to"],
            behind: "recipients"),
        Shape(
            notice: .gmailOld, action: .failed,
            opening: "delivery to the following recipient failed permanently"),
        Shape(
            notice: .gmailOld, action: .failed,
            opening: "delivery to the following recipients failed permanently"),
        Shape(
            notice: .gmailOld, action: .delayed,
            opening: "delivery to the following recipient has been delayed"),
        Shape(
            notice: .gmailOld, action: .delayed,
            opening: "delivery to the following recipients has been delayed"),
        Shape(
            notice: .gmail, action: .delayed,
            opening: "there was a temporary problem delivering your message to",
            names: .sentence),
        Shape(notice: .gmail, action: .failed, opening: "your message wasn't delivered to", names: .sentence),
        Shape(
            notice: .gmail, action: .failed, opening: "there was a problem delivering your message to",
            names: .sentence),
        Shape(
            notice: .gmail, action: .failed, opening: "your message to", with: ["has been blocked"],
            names: .sentence),
        Shape(notice: .postfix, action: .delayed, opening: mailSystem, with: [warning], names: .reasons),
        Shape(
            notice: .postfix, action: .delivered, opening: mailSystem,
            with: ["your message was successfully delivered"], names: .reasons),
        Shape(notice: .postfix, action: .failed, opening: mailSystem, names: .reasons),
        Shape(notice: .postfix, action: .delayed, opening: postfixProgram, with: [warning], names: .reasons),
        Shape(notice: .postfix, action: .failed, opening: postfixProgram, names: .reasons),
        // Whatever name the program was given.
        Shape(
            notice: .postfix, action: .failed, opening: "i'm sorry to have to inform you that",
            with: ["could not be delivered to one or more"], names: .reasons),
        // "I wasn't able", "we were unable"; Yahoo and others took it over.
        Shape(
            notice: .qmail, action: .failed, opening: "able to deliver your message to the following address",
            names: .reasons),
        Shape(
            notice: .qmail, action: .failed, opening: "unable to deliver message to the following address",
            names: .reasons),
        Shape(
            notice: .sendmail, action: .failed,
            opening: "----- the following addresses had permanent fatal errors"),
        Shape(
            notice: .sendmail, action: .delayed,
            opening: "----- the following addresses had transient non-fatal errors"),
        Shape(
            notice: .openSMTPD, action: .failed, opening: "this is the mailer-daemon, please do not reply",
            with: ["an error has occurred while attempting to deliver"], names: .reasons),
        Shape(
            notice: .openSMTPD, action: .delayed, opening: "this is the mailer-daemon, please do not reply",
            with: ["a message is delayed for more than"], names: .reasons),
        Shape(
            notice: .exchange, action: .failed, opening: "delivery has failed to these recipients",
            behind: administrators),
        Shape(
            notice: .exchange, action: .delayed, opening: "delivery is delayed to these recipients",
            behind: administrators),
        Shape(notice: .exchange, action: .delayed, opening: "delivery is delayed to these recipients"),
        Shape(notice: .exchange, action: .failed, opening: "delivery has failed to these recipients"),
        Shape(
            notice: .exchange, action: .failed,
            opening: "your message did not reach some or all of the intended recipients"),
        Shape(notice: .exchange, action: .failed, opening: "did not reach the following recipient(s)"),
        Shape(
            notice: .exchange, action: .failed, opening: "your message to", with: ["couldn't be delivered"],
            names: .sentence),
    ]

    private static let mailDeliverySoftware =
        "this message was created automatically by mail delivery software"
    private static let mailSystem = "this is the mail system at host"
    private static let postfixProgram = "this is the postfix program at host"
    private static let warning = "this is a warning only"
    private static let administrators = "diagnostic information for administrators"
}
