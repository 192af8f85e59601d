using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Gates;

namespace ChatOps.Bot.Web;

/// <summary>Draws gates' numbers over time as plain SVG: the line, its limit, and where the change began.</summary>
internal static class GateChartHtml
{
    private const int Width = 600, Height = 120, Left = 4, Top = 8, Bottom = 16;

    /// <summary>The element is there without charts too, so that they can join it while the run goes on.</summary>
    public static Html Of(ImmutableArray<GateChart> charts) => charts.IsEmpty
        ? new Html("""<section id="gates" hidden></section>""")
        : Html.Of($"""<section class="panel" id="gates" aria-labelledby="gates-name"><h2 id="gates-name">Gates</h2>{charts.Select(Chart)}</section>""");

    private static Html Chart(GateChart chart) => Html.Of($"""
        <figure class="gate {Marks.ClassOf(chart.Tone)}" data-key="gate-{chart.Name}" data-gate="{chart.Name}"><figcaption>{Marks.Of(chart.Tone)}<b>{chart.Name}</b> {Texts.Long(chart.Says)}{Link(chart)}</figcaption>
        {Html.If(chart.Points.Any(point => point.Value is not null), () => Drawing(chart))}</figure>
        """);

    private static Html Link(GateChart chart) => chart.Link is { Scheme: "http" or "https" } link ? Html.Of($""" <a href="{link.AbsoluteUri}" rel="noopener">Look closer</a>""") : Html.None;

    private static Html Drawing(GateChart chart)
    {
        var frame = new Frame(chart);
        return Html.Of($"""
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{chart.Name} over time: {chart.Says}" preserveAspectRatio="none">
            {Html.If(frame.Holds(chart.ChangedAt), () => Html.Of($"""<line class="change" x1="{frame.X(chart.ChangedAt)}" x2="{frame.X(chart.ChangedAt)}" y1="0" y2="{Height - Bottom}"><title>The change began</title></line>"""))}
            {Across(frame, chart.Limit, "limit")}{Across(frame, chart.Warn, "warn")}
            {Stretches(chart.Points).Select(stretch => Line(frame, stretch))}
            </svg><div class="axis"><span>{Texts.Time(frame.From, clock: true)}</span>{Html.If(frame.Holds(chart.ChangedAt), () => new Html("<span>┊ the change began</span>"))}{Html.If(chart.Limit is not null, () => Html.Of($"<span>┄ limit {new GateValue(chart.Limit!.Value, chart.Unit).ToString()}</span>"))}<span>{Texts.Time(frame.To, clock: true)}</span></div>
            """);
    }

    private static Html Across(Frame frame, double? value, string name) => value is { } at
        ? Html.Of($"""<line class="{name}" x1="0" x2="{Width}" y1="{frame.Y(at)}" y2="{frame.Y(at)}"></line>""")
        : Html.None;

    /// <summary>A single number has no line: it is drawn as a dot.</summary>
    private static Html Line(Frame frame, List<ChartPoint> stretch)
    {
        if (stretch is [var only]) return Html.Of($"""<circle cx="{frame.X(only.At)}" cy="{frame.Y(only.Value!.Value)}" r="2"></circle>""");
        var path = new StringBuilder();
        foreach (var point in stretch) path.Append(path.Length == 0 ? "" : " ").Append(frame.X(point.At)).Append(',').Append(frame.Y(point.Value!.Value));
        return Html.Of($"""<polyline points="{path.ToString()}"></polyline>""");
    }

    /// <summary>The numbers between gaps.</summary>
    private static IEnumerable<List<ChartPoint>> Stretches(ImmutableArray<ChartPoint> points)
    {
        var stretch = new List<ChartPoint>();
        foreach (var point in points)
        {
            if (point.Value is not null)
            {
                stretch.Add(point);
                continue;
            }

            if (stretch.Count > 0) yield return stretch;
            stretch = [];
        }

        if (stretch.Count > 0) yield return stretch;
    }

    /// <summary>Where moments and numbers are on the drawing.</summary>
    private sealed class Frame
    {
        private readonly double low, high;

        public Frame(GateChart chart)
        {
            (From, To) = (chart.Points[0].At, chart.Points[^1].At);
            if (To <= From) To = From + TimeSpan.FromSeconds(1);
            var values = chart.Points.Select(point => point.Value).Append(chart.Limit).Append(chart.Warn).OfType<double>().ToList();
            (low, high) = (Math.Min(0, values.Min()), values.Max());

            // What stays far above zero is drawn close up, so that its moves can be seen.
            if (values.Min() > high * 0.8) low = values.Min() - ((high - values.Min()) / 4);
            if (high <= low) high = low + 1;
        }

        public DateTimeOffset From { get; }

        public DateTimeOffset To { get; }

        public bool Holds(DateTimeOffset at) => at >= From && at <= To;

        public string X(DateTimeOffset at) => Number(Left + ((at - From) / (To - From) * (Width - (2 * Left))));

        public string Y(double value) => Number(Top + ((1 - ((value - low) / (high - low))) * (Height - Top - Bottom)));

        private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
    }
}
