using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Cli;

/// <summary>Shows a card in a terminal.</summary>
internal static class TerminalCards
{
    private const int Longest = 400;

    public static string Of(Card card, bool colour)
    {
        var text = new StringBuilder();
        text.Append(Bold(Clean(card.Title), colour)).Append(card.State is null ? "" : $"  [{Clean(card.State)}]").AppendLine();
        foreach (var fact in card.Facts) text.AppendLine($"  {Clean(fact.Name),-14} {Clean(fact.Value)}");
        foreach (var block in card.Body) Block(text, block);
        if (card.Next is { } next) text.AppendLine($"  Next: {Clean(next)}");
        foreach (var button in card.Buttons.Where(button => button.Action is { Verb: "say", Argument: not null })) text.AppendLine($"  Say:  {Clean(button.Action.Argument!)}");
        if (card.Footer is { } footer) text.AppendLine($"  {Clean(footer)}");
        return text.ToString();
    }

    private static void Block(StringBuilder text, CardBlock block)
    {
        switch (block)
        {
            case CardBlock.Text b: text.AppendLine($"  {Clean(b.Value)}"); break;
            case CardBlock.Notice b: text.AppendLine($"  {Mark(b.Tone)} {Clean(b.Value)}"); break;
            case CardBlock.Steps b:
                foreach (var line in b.Lines) text.AppendLine($"  {Mark(line.Tone)} {Clean(line.Title),-36} {line.Mark,-9} {(line.Took is { } took ? Words.Duration(took) : ""),-10} {Clean(line.Detail ?? "")}".TrimEnd());
                break;
            case CardBlock.Checklist b:
                text.AppendLine($"  {Clean(b.Heading)}");
                foreach (var (item, at) in b.Items.Select((item, at) => (item, at))) text.AppendLine($"    [{(item.Ticked ? 'x' : ' ')}] {at + 1}. {Clean(item.Text)}{(item.By is null ? "" : $"  ({Clean(item.By)})")}");
                break;
            case CardBlock.Approvals b:
                text.AppendLine($"  {Clean(b.Heading)}: {b.Given.Length} of {b.Needed} from {Clean(b.From)}{(b.Given.IsEmpty ? "" : $": {Clean(string.Join("; ", b.Given))}")}");
                break;
            case CardBlock.Progress b: text.AppendLine($"  {Clean(b.Heading)}: {new string('#', Math.Clamp(b.Done, 0, 40))}{new string('.', Math.Clamp(b.Total - b.Done, 0, 40))} {Clean(b.Says)}"); break;
            case CardBlock.Table b: Table(text, b); break;
            case CardBlock.List b:
                if (b.Heading is { } heading) text.AppendLine($"  {Clean(heading)}");
                foreach (var line in b.Lines) text.AppendLine($"    {Clean(line.Text)}");
                break;
            default: throw new InvalidOperationException($"Nothing shows {block.GetType().Name}.");
        }
    }

    private static void Table(StringBuilder text, CardBlock.Table table)
    {
        var rows = table.Rows.Prepend(table.Columns).Select(row => row.Select(Clean).ToList()).ToList();
        var widths = Enumerable.Range(0, table.Columns.Length).Select(at => rows.Max(row => at < row.Count ? Math.Min(row[at].Length, 60) : 0)).ToList();
        foreach (var row in rows) text.Append("  ").AppendLine(string.Join("  ", row.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd());
    }

    private static string Mark(Tone tone) => tone switch { Tone.Good => "+", Tone.Bad => "x", Tone.Warning => "!", Tone.Waiting => "~", Tone.Active => ">", Tone.Muted => "-", _ => " " };

    private static string Bold(string text, bool colour) => colour ? $"\u001b[1m{text}\u001b[0m" : text;

    /// <summary>Nothing that a terminal would obey: control and direction characters are left out, and long texts cut.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= Longest) return clean.Append('…').ToString();
            if (rune.Value is '\n' or '\t') clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate)) clean.Append(rune);
        }

        return clean.ToString();
    }
}
