/// The files that pages are made with.
enum Assets {
    static let style = PackageResources.style_css
    static let script = PackageResources.script_js
    static let icon = PackageResources.icon_svg

    /// Another word for other files, so that a browser may keep them for good.
    static let mark: String = Mark.of(style + script)
}
