import Tools

/// The sends over time as a drawing.
struct ChartView: Sendable {
    let chart: Chart
    /// What stretch of time it shows, in words.
    let caption: String

    private static let height = 96.0

    var html: HTML {
        let totals = (count(\.sent), count(\.failed), count(\.queued))
        return """
            <figure class="chart" id="chart" data-live>
            <figcaption><span class="caption">\(caption)</span>\
            <span class="key"><i class="dot sent"></i><b>\(totals.0)</b> sent</span>\
            <span class="key"><i class="dot failed"></i><b>\(totals.1)</b> failed</span>\
            <span class="key"><i class="dot queued"></i><b>\(totals.2)</b> queued</span></figcaption>
            \(drawing)
            <div class="axis" aria-hidden="true">\(axis)</div>
            </figure>
            """
    }

    private var drawing: HTML {
        let width = Double(max(chart.bars.count, 1)) * 10
        let most = Double(max(chart.bars.map { $0.sent + $0.failed + $0.queued }.max() ?? 0, 1))
        let bars = chart.bars.enumerated().map { place, bar in
            column(bar, x: Double(place) * 10 + 1, most: most)
        }
        return """
            <svg viewBox="0 0 \(Self.number(width)) \(Self.number(Self.height))" preserveAspectRatio="none" role="img" aria-label="\(summary)">\
            \(HTML(bars))</svg>
            """
    }

    /// Sent at the bottom, then queued, failed on top, where it is seen.
    private func column(_ bar: Chart.Bar, x: Double, most: Double) -> HTML {
        var top = Self.height
        var rects: [HTML] = []
        for (name, count) in [("sent" as HTML, bar.sent), ("queued", bar.queued), ("failed", bar.failed)] {
            if count == 0 { continue }
            // A single one among thousands can be seen too.
            let height = max(Double(count) / most * (Self.height - 6), 2)
            top -= height
            rects.append(
                """
                <rect class="\(name)" x="\(Self.number(x))" y="\(Self.number(top))" width="8" height="\(Self.number(height))"/>
                """)
        }
        if rects.isEmpty { return "" }
        let words =
            "\(Self.time(bar)): \(bar.sent) sent, \(bar.failed) failed, \(bar.queued) queued"
        return "<g><title>\(words)</title>\(HTML(rects))</g>"
    }

    private var summary: String {
        "\(caption): \(count(\.sent)) sent, \(count(\.failed)) failed, \(count(\.queued)) queued, by the time they were asked for."
    }

    private var axis: HTML {
        guard let first = chart.bars.first, let last = chart.bars.last else { return "" }
        let middle = chart.bars[chart.bars.count / 2]
        return
            "<span>\(Self.label(first.since))</span><span>\(Self.label(middle.since))</span><span>\(Self.label(last.until))</span>"
    }

    private static func label(_ time: String) -> String {
        "\(Moment.dayOfYear(time)), \(Moment.minute(time))"
    }

    private static func time(_ bar: Chart.Bar) -> String {
        "\(label(bar.since)) to \(Moment.minute(bar.until))"
    }

    private func count(_ path: KeyPath<Chart.Bar, Int>) -> Int {
        chart.bars.reduce(0) { $0 + $1[keyPath: path] }
    }

    /// Two digits behind the point, as far as they are needed.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = abs(hundredths % 100)
        return rest == 0
            ? "\(hundredths / 100)" : "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
