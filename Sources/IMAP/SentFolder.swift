/// How the folder for sent messages is told from the others.
enum SentFolder {
    /// Usual names in the order in which they are looked for: English first, since servers that translate nothing
    /// use it, then what providers and mail programs of other languages make.
    static let names = [
        "Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-Mail", "Sent Email", "Sentmail",
        "Sent Objects",
        "Gesendet", "Gesendete Objekte", "Gesendete Elemente", "Gesendete Nachrichten", "Gesendete Mails",
        "Envoyés", "Éléments envoyés", "Messages envoyés", "Courrier envoyé", "Enviados",
        "Elementos enviados",
        "Mensajes enviados", "Correo enviado", "Itens enviados", "Mensagens enviadas", "E-mails enviados",
        "Inviati", "Posta inviata", "Messaggi inviati", "Verzonden", "Verzonden items", "Verzonden berichten",
        "Skickat", "Skickade objekt", "Skickade meddelanden", "Sendt", "Sendte elementer", "Sendt post",
        "Sendte meldinger", "Lähetetyt", "Lähetetyt viestit", "Wysłane", "Elementy wysłane", "Odeslaná pošta",
        "Odeslané", "Odoslané", "Elküldött elemek", "Elküldött", "Trimise", "Elemente trimise", "Poslano",
        "Poslane stavke", "Απεσταλμένα", "Gönderilmiş Öğeler", "Gönderilmiş Postalar", "Gönderilenler",
        "Отправленные", "Надіслані", "Изпратени", "送信済み", "送信済みアイテム", "送信済みメール", "已发送", "已发送邮件",
        "已傳送", "寄件備份", "寄件匣備份", "보낸편지함", "보낸 편지함",
    ]

    /// The one with the attribute of RFC 6154.
    static func marked(in folders: [Folder]) -> FolderName? {
        folders.first { $0.attributes.contains("\\sent") && $0.isSelectable }?.name
    }

    /// The one that the provider is known to use, else the first usual name.
    static func named(in folders: [Folder], preferring name: String?) -> FolderName? {
        let usable = folders.filter(\.isSelectable)
        if let name, let folder = usable.first(where: { $0.name.text == name }) { return folder.name }
        for wanted in ([name].compactMap { $0 } + names).map({ $0.lowercased() }) {
            let found = usable.filter { $0.name.text.lowercased() == wanted || plainName($0) == wanted }
            // "Sent" before "INBOX.Sent", should there be both.
            if let folder = found.min(by: { $0.name.text.utf8.count < $1.name.text.utf8.count }) {
                return folder.name
            }
        }
        return nil
    }

    /// In lower case, without what some servers put above every folder: `INBOX.`, `[Gmail]/`.
    private static func plainName(_ folder: Folder) -> String {
        let name = folder.name.text.lowercased()
        guard let delimiter = folder.delimiter, let mark = name.firstIndex(of: delimiter) else { return name }
        let roots = ["inbox", "[gmail]", "[google mail]"]
        return roots.contains(String(name[..<mark])) ? String(name[name.index(after: mark)...]) : name
    }
}
