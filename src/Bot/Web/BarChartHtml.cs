using System.Collections.Immutable;
using System.Globalization;

namespace ChatOps.Bot.Web;

/// <summary>Numbers of stretches of time as stacked bars.</summary>
/// <param name="Parts">What a bar is made of, from below: the class that colours it, and its name.</param>
/// <param name="Bars">Oldest first.</param>
/// <param name="Says">A number in words.</param>
internal sealed record BarChart(string Name, ImmutableArray<(string Class, string Name)> Parts, ImmutableArray<Bar> Bars, Func<double, string> Says);

/// <param name="Values">One for each part; null = there is none.</param>
internal sealed record Bar(string Label, ImmutableArray<double?> Values);

/// <summary>Draws bars as plain SVG, with the same numbers as text for whoever can't see them.</summary>
internal static class BarChartHtml
{
    private const int Width = 600, Height = 140, Top = 8, Gap = 6;

    public static Html Of(BarChart chart)
    {
        var most = chart.Bars.Select(bar => bar.Values.Sum(value => value ?? 0)).DefaultIfEmpty(0).Max();
        if (most <= 0) return Html.Of($"""<figure class="bars" data-chart="{chart.Name}"><figcaption><b>{chart.Name}</b> <span class="quiet">none from {chart.Bars[0].Label} on</span></figcaption></figure>""");
        var wide = (double)Width / Math.Max(1, chart.Bars.Length);
        return Html.Of($"""
            <figure class="bars" data-chart="{chart.Name}"><figcaption><b>{chart.Name}</b>{Legend(chart)}</figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{chart.Name}: {string.Join("; ", chart.Bars.Select(bar => Words(chart, bar)))}" preserveAspectRatio="none">
            {chart.Bars.Select((bar, at) => One(chart, bar, at * wide, wide - Gap, most))}
            </svg><div class="axis">{chart.Bars.Select(bar => Html.Of($"<span>{bar.Label}<br>{Total(chart, bar)}</span>"))}</div></figure>
            """);
    }

    private static Html Legend(BarChart chart) => chart.Parts.Length < 2 ? Html.None : Html.Of($"""{chart.Parts.Select(part => Html.Of($""" <span class="key {part.Class}">{part.Name}</span>"""))}""");

    private static string Words(BarChart chart, Bar bar) => $"{bar.Label} {string.Join(", ", bar.Values.Select((value, part) => value is { } known ? $"{(chart.Parts.Length < 2 ? "" : chart.Parts[part].Name + " ")}{chart.Says(known)}" : "nothing"))}";

    private static string Total(BarChart chart, Bar bar) => bar.Values.All(value => value is null) ? "–" : chart.Says(bar.Values.Sum(value => value ?? 0));

    private static Html One(BarChart chart, Bar bar, double left, double width, double most)
    {
        var (pieces, at) = (new List<Html>(), (double)Height);
        for (var part = 0; part < bar.Values.Length; part++)
        {
            if (bar.Values[part] is not { } value || value <= 0 || most <= 0) continue;
            var high = value / most * (Height - Top);
            at -= high;
            pieces.Add(Html.Of($"""<rect class="{chart.Parts[part].Class}" x="{Number(left)}" y="{Number(at)}" width="{Number(width)}" height="{Number(high)}"><title>{Words(chart, bar)}</title></rect>"""));
        }

        return Html.Of($"{pieces}");
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
