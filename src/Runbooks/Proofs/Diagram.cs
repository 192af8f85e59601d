using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Proofs;

/// <summary>Draws a runbook: its steps, what each waits for, and what takes them back.</summary>
public static class Diagram
{
    private const int Width = 168, Height = 52, GapX = 16, GapY = 34, Margin = 12;

    /// <summary>As a Mermaid flowchart.</summary>
    public static string Mermaid(Model model)
    {
        var text = new StringBuilder("flowchart TD\n");
        foreach (var step in model.Opened.Steps)
        {
            var says = $"{Label(step)}<br/><i>{step.Kind}</i>";
            text.Append("    ").Append(Name(step.Id)).Append(step.Waits switch
            {
                Waits.ForApproval => $"{{{{\"{says}\"}}}}",
                Waits.ForChecklist or Waits.ForPerson => $"[/\"{says}\"/]",
                _ when step.Changes => $"[[\"{says}\"]]",
                _ => $"[\"{says}\"]",
            }).Append('\n');
        }

        foreach (var train in model.Opened.Steps.OfType<Train>()) Waves(train, text);
        foreach (var (from, to) in Edges(model)) text.Append("    ").Append(Name(from)).Append(" --> ").Append(Name(to)).Append('\n');
        foreach (var (from, says) in model.Opened.Steps.Select(step => (step, Ways(step))).SelectMany(pair => pair.Item2, (pair, says) => (pair.step, says)))
            text.Append("    ").Append(Name(from.Id)).Append(" -. ").Append(Quoted(says.When)).Append(" .-> ").Append(Name(from.Id)).Append('_').Append(says.Key).Append("([\"").Append(Quoted(says.What)).Append("\"])\n");
        return text.ToString();
    }

    /// <summary>As a picture: readable in light and dark, and by a screen reader.</summary>
    /// <param name="stands">What is to be said at a step: which live runs stand there; null = nothing anywhere.</param>
    public static string Svg(Model model, Func<StepId, string?>? stands = null)
    {
        var rows = Rows(model);
        var width = (Margin * 2) + (rows.Max(row => row.Count) * (Width + GapX)) - GapX;
        var height = (Margin * 2) + (rows.Count * (Height + GapY)) - GapY;
        var places = new Dictionary<StepId, (double X, double Y)>();
        foreach (var (row, y) in rows.Select((row, y) => (row, y)))
        {
            var left = (width - ((row.Count * (Width + GapX)) - GapX)) / 2.0;
            foreach (var (step, x) in row.Select((step, x) => (step, x))) places[step.Id] = (left + (x * (Width + GapX)), Margin + (y * (Height + GapY)));
        }

        var svg = new StringBuilder();
        var title = $"{model.Runbook.Name}, {Words.Count(model.Opened.Steps.Length, "step", "steps")}";
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" style=\"max-width:100%;height:auto\" role=\"img\" aria-labelledby=\"t d\">\n");
        svg.Append("<title id=\"t\">").Append(Escaped(title)).Append("</title>\n<desc id=\"d\">").Append(Escaped(string.Join("; ", model.Opened.Steps.Select(step => $"{step.Title} ({step.Kind})")))).Append("</desc>\n");
        svg.Append("<style>.b{fill:#fff;stroke:#57606a;stroke-width:1.2}.p{stroke:#9a6700;stroke-width:2}.a{stroke:#8250df;stroke-width:2}.c{stroke:#0969da;stroke-width:2}.l{stroke:#57606a;stroke-width:1.4;fill:none}.t{font:600 12px system-ui,sans-serif;fill:#1f2328}.k{font:11px system-ui,sans-serif;fill:#57606a}.h{fill:#0550ae}.w{font:600 11px system-ui,sans-serif;fill:#fff}");
        svg.Append("@media(prefers-color-scheme:dark){.b{fill:#161b22;stroke:#8b949e}.p{stroke:#d29922}.a{stroke:#a371f7}.c{stroke:#58a6ff}.l{stroke:#8b949e}.t{fill:#e6edf3}.k{fill:#9da7b3}}</style>\n");
        foreach (var (from, to) in Edges(model))
        {
            var ((x1, y1), (x2, y2)) = (places[from], places[to]);
            var (sx, sy, ex, ey) = (x1 + (Width / 2.0), y1 + Height, x2 + (Width / 2.0), y2);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"l\" d=\"M{sx:0.#} {sy:0.#} C{sx:0.#} {sy + 18:0.#} {ex:0.#} {ey - 18:0.#} {ex:0.#} {ey - 4:0.#}\"/><path class=\"l\" d=\"M{ex - 4:0.#} {ey - 8:0.#} L{ex:0.#} {ey - 2:0.#} L{ex + 4:0.#} {ey - 8:0.#}\"/>\n");
        }

        foreach (var step in model.Opened.Steps)
        {
            var (x, y) = places[step.Id];
            var kind = step.Waits switch { Waits.ForApproval => " a", Waits.ForChecklist or Waits.ForPerson => " p", _ when step.Changes => " c", _ => "" };
            svg.Append(CultureInfo.InvariantCulture, $"<g><rect class=\"b{kind}\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Width}\" height=\"{Height}\" rx=\"{(step.Waits == Waits.ForApproval ? 24 : 6)}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"t\" x=\"{x + (Width / 2.0):0.#}\" y=\"{y + 22:0.#}\" text-anchor=\"middle\">").Append(Escaped(Cut(step.Title, 24))).Append("</text>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"k\" x=\"{x + (Width / 2.0):0.#}\" y=\"{y + 39:0.#}\" text-anchor=\"middle\">").Append(Escaped(Cut(Small(step), 28))).Append("</text>");
            if (stands?.Invoke(step.Id) is { } here)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"h\" x=\"{x + 8:0.#}\" y=\"{y + Height - 9:0.#}\" width=\"{Width - 16}\" height=\"18\" rx=\"9\"/><text class=\"w\" x=\"{x + (Width / 2.0):0.#}\" y=\"{y + Height + 4:0.#}\" text-anchor=\"middle\">")
                    .Append(Escaped(Cut(here, 24))).Append("</text>");
            }

            svg.Append("<title>").Append(Escaped($"{step.Title}: {step.Says()}")).Append("</title></g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>A train's services, wave below wave, with what needs what.</summary>
    private static void Waves(Train train, StringBuilder text)
    {
        string Node(string service) => $"{Name(train.Id)}_car_{service.Replace('-', '_')}";
        foreach (var wave in train.Cars.GroupBy(car => car.Wave).OrderBy(wave => wave.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"    subgraph {Name(train.Id)}_wave{wave.Key + 1} [\"{Label(train)}: wave {wave.Key + 1}\"]\n");
            foreach (var car in wave) text.Append("        ").Append(Node(car.Service)).Append("[[\"").Append(Quoted($"{car.Service} {car.Plan.Version}")).Append("\"]]\n");
            text.Append("    end\n");
        }

        foreach (var car in train.Cars.Where(car => car.Wave == 0)) text.Append("    ").Append(Name(train.Id)).Append(" -.- ").Append(Node(car.Service)).Append('\n');
        foreach (var (from, to) in train.Cars.SelectMany(car => car.Needs, (car, need) => (need, car.Service))) text.Append("    ").Append(Node(from)).Append(" --> ").Append(Node(to)).Append('\n');
    }

    /// <summary>What leads to what.</summary>
    private static IEnumerable<(StepId From, StepId To)> Edges(Model model)
    {
        var steps = model.Opened.Steps;
        for (var at = 0; at < steps.Length; at++)
        {
            foreach (var from in steps[at].Needs ?? (at == 0 ? [] : [steps[at - 1].Id])) yield return (from, steps[at].Id);
        }
    }

    /// <summary>Rows from top to bottom: each step below all that it waits for.</summary>
    private static List<List<Step>> Rows(Model model)
    {
        var depth = new Dictionary<StepId, int>();
        var rows = new List<List<Step>>();
        var edges = Edges(model).ToLookup(edge => edge.To, edge => edge.From);
        foreach (var step in model.Opened.Steps)
        {
            var at = depth[step.Id] = edges[step.Id].Select(from => depth[from] + 1).DefaultIfEmpty(0).Max();
            while (rows.Count <= at) rows.Add([]);
            rows[at].Add(step);
        }

        return rows;
    }

    private static IEnumerable<(string Key, string When, string What)> Ways(Step step)
    {
        if (step.Rules is not { } rules) yield break;
        if (rules.OnFailure is FailureMode.Run) yield return ("aid", "fails", $"run {rules.Remedy}");
        if (rules.OnFailure is FailureMode.Continue) yield return ("on", "fails", "goes on");
        if (rules.OnFailure is FailureMode.Rollback) yield return ("back", "fails", "rolls back");
        if (!rules.Undo.IsEmpty) yield return ("undo", "undone by", string.Join(", ", rules.Undo.Select(undo => undo.Title)));
    }

    private static string Small(Step step) => string.Join(" · ", new[] { step is Train { Cars: { IsEmpty: false } cars } ? $"{Words.Count(cars.Length, "service", "services")}, {Words.Count(cars.Max(car => car.Wave) + 1, "wave", "waves")}" : step.Kind, step.Rules switch { { Undo.IsEmpty: false } => "can be undone", { OnFailure: FailureMode.Run, Remedy: { } aid } => $"else {aid}", { OnFailure: FailureMode.Continue } => "may fail", { OnFailure: FailureMode.Rollback } => "else rolls back", _ => "" } }.Where(text => text.Length > 0));

    private static string Label(Step step) => Quoted(step.Part is { } part ? $"{part}: {step.Title}" : step.Title);

    private static string Name(StepId id) => id.Name.Replace('-', '_');

    private static string Quoted(string text) => text.Replace("\"", "#quot;", StringComparison.Ordinal).Replace("<", "#lt;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    private static string Cut(string text, int atMost) => text.Length > atMost ? text[..(atMost - 1)] + "…" : text;
}
