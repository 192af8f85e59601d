using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Plans;

namespace ChatOps.Bot.Cli;

/// <summary>Shows a card as text that reads well in a terminal. The only place of the command line that knows what a card looks like.</summary>
internal sealed class TerminalCards
{
    private readonly StringBuilder text = new();
    private readonly int width;
    private readonly bool colours;

    private TerminalCards(int width, bool colours) => (this.width, this.colours) = (width, colours);

    /// <param name="colours">Without them the text is the same; only the marks of a terminal are missing.</param>
    public static string Render(Card card, int width, bool colours)
    {
        var page = new TerminalCards(width, colours);
        page.Write(card);
        return page.text.ToString();
    }

    /// <summary>How a run stands, on one line: for following it.</summary>
    public static string OneLine(Card card)
    {
        var doing = card.Body.IsDefaultOrEmpty ? null : card.Body.OfType<CardBlock.Steps>().SelectMany(block => block.Lines).LastOrDefault(line => line.Tone is Tone.Active or Tone.Waiting);
        var progress = card.Body.IsDefaultOrEmpty ? null : card.Body.OfType<CardBlock.Progress>().FirstOrDefault();
        var detail = progress?.Says ?? doing?.Detail;
        var at = doing is null ? "" : $": {doing.Title}";
        return TerminalText.Line($"{card.State ?? card.Title}{at}{(detail is null ? "" : $" ({detail})")}");
    }

    /// <summary>What to type to do what a button does; null where there is no such command.</summary>
    public static string? CommandOf(CardAction action, bool asksReason) => action switch
    {
        { Verb: "say", Argument: { } said } => Shell(Words(said)),
        { Verb: "tick" or "untick", Run: { } run, Argument: { } item } when int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => Shell([action.Verb, $"{run}", $"{number + 1}"]),
        { Verb: "approve", Run: { } run, Argument: { } hash } => Shell(["approve", $"{run}", "--plan-hash", new PlanHash(hash).Short]),
        { Run: { } run } => Shell([action.Verb, $"{run}"]) + (asksReason ? " --reason '…'" : ""),
        _ => null,
    };

    private void Write(Card card)
    {
        Line(Bold(TerminalText.Line(card.Title)));
        if (card.State is { } state) Line(Toned(card.Tone, $"{Mark(card.Tone)} {TerminalText.Line(state)}"));
        Facts(card.Facts);
        foreach (var block in card.Body.IsDefault ? [] : card.Body) Block(block);
        if (card.Next is { } next)
        {
            Gap();
            Paragraph(next, 0, "Next: ");
        }

        Commands(card);
        var foot = card.Footer is not null || !card.Links.IsDefaultOrEmpty;
        if (foot) Gap();
        if (card.Footer is { } footer) foreach (var line in TerminalText.Wrap(TerminalText.Line(footer), width)) Line(Dim(line));
        foreach (var link in card.Links.IsDefault ? [] : card.Links) Line(Dim($"{TerminalText.Line(link.Label)}: {TerminalText.Line(link.Url.ToString())}"));
    }

    private void Facts(ImmutableArray<Fact> facts)
    {
        if (facts.IsDefaultOrEmpty) return;
        Gap();
        var names = Math.Min(facts.Max(fact => TerminalText.Columns(TerminalText.Line(fact.Name))), 24);
        foreach (var fact in facts) Paragraph(fact.Value, 2, TerminalText.Pad(TerminalText.Line(fact.Name), names) + "  ");
    }

    private void Block(CardBlock block)
    {
        Gap();
        switch (block)
        {
            case CardBlock.Text b:
                Heading(b.Heading);
                Paragraph(b.Value, 2);
                break;
            case CardBlock.Notice b:
                Paragraph(b.Value, 2, $"{Mark(b.Tone)} ", b.Tone);
                break;
            case CardBlock.Steps b:
                Steps(b.Lines);
                break;
            case CardBlock.Checklist b:
                Heading(b.Heading);
                foreach (var (item, at) in b.Items.Select((item, at) => (item, at + 1)))
                    Paragraph($"{item.Text}{(item.By is null ? "" : $" ({item.By})")}{(item.Verifies ? " (verifies itself)" : "")}", 2, $"[{(item.Ticked ? 'x' : ' ')}] {at}. ");
                break;
            case CardBlock.Approvals b:
                Heading(b.Heading);
                Paragraph($"{b.Given.Length} of {b.Needed} approved; may be given by {b.From}{(b.Until is { } until ? $", until {until.UtcDateTime:HH:mm} UTC" : "")}.", 2);
                foreach (var given in b.Given) Paragraph(given, 2, $"{Mark(Tone.Good)} ", Tone.Good);
                break;
            case CardBlock.Progress b:
                Paragraph($"{b.Heading}  {Bar(b.Done, b.Total)}  {b.Says}", 2, "", b.Tone);
                break;
            case CardBlock.Table b:
                Table(b.Columns, b.Rows);
                break;
            case CardBlock.List b:
                Heading(b.Heading);
                foreach (var line in b.Lines) ListLine(line);
                break;
            default:
                throw new InvalidOperationException($"Nobody shows {block.GetType().Name} in a terminal.");
        }
    }

    private void ListLine(ListLine line)
    {
        Paragraph(line.Text, 2, $"{Mark(line.Tone)} ", line.Tone);
        if (line.Button is { } button && CommandOf(button.Action, button.AsksReason) is { } command) Line($"      {Dim(command)}");
    }

    private void Steps(ImmutableArray<StepLine> lines)
    {
        if (lines.IsDefaultOrEmpty) return;
        var titles = Math.Min(lines.Max(line => TerminalText.Columns(TerminalText.Line(line.Title))), Math.Max(16, width - 34));
        foreach (var line in lines)
        {
            var parts = TerminalText.Wrap(TerminalText.Line(line.Title), titles).ToList();
            var took = line.Took is { } time ? Words(time) : "";
            Line($"  {Toned(line.Tone, Mark(line.Tone))} {TerminalText.Pad(parts[0], titles)}  {Toned(line.Tone, TerminalText.Pad(TerminalText.Line(line.Mark), 8))}  {took}".TrimEnd());
            foreach (var part in parts.Skip(1)) Line("    " + part);
            if (line.Detail is { } detail) Paragraph(detail, 4);
        }
    }

    private void Commands(Card card)
    {
        var tick = card.Body.IsDefault ? null : card.Body.OfType<CardBlock.Checklist>().SelectMany(block => block.Items).FirstOrDefault(item => item is { Ticked: false, Toggle: not null });
        var buttons = (card.Buttons.IsDefault ? [] : card.Buttons).Select(button => (button.Label, Command: CommandOf(button.Action, button.AsksReason)));
        var commands = buttons.Prepend(("Tick an item, by its number", tick is null ? null : CommandOf(tick.Toggle!, false))).Where(pair => pair.Item2 is not null).ToList();
        if (commands.Count == 0) return;
        Gap();
        Line("You can:");
        foreach (var (label, command) in commands)
        {
            // A command is one line, however long: it is there to be copied.
            Line($"  {Bold(command!)}{(command!.Contains(label, StringComparison.OrdinalIgnoreCase) ? "" : Dim($"  # {TerminalText.Line(label)}"))}");
        }
    }

    private void Table(ImmutableArray<string> columns, ImmutableArray<ImmutableArray<string>> rows)
    {
        var cells = rows.Select(row => row.Select(TerminalText.Line).ToArray()).Prepend([.. columns.Select(TerminalText.Line)]).ToList();
        var widths = Fit([.. columns.Select((_, at) => cells.Max(row => at < row.Length ? TerminalText.Columns(row[at]) : 0))], width - 2);
        foreach (var (row, at) in cells.Select((row, at) => (row, at)))
        {
            var wrapped = widths.Select((wide, column) => column < row.Length ? TerminalText.Wrap(row[column], Math.Max(1, wide)).ToArray() : []).ToArray();
            for (var line = 0; line < wrapped.Max(cell => Math.Max(1, cell.Length)); line++)
            {
                var joined = string.Join("  ", wrapped.Select((cell, column) => TerminalText.Pad(line < cell.Length ? cell[line] : "", widths[column])));
                Line("  " + (at == 0 ? Bold(joined.TrimEnd()) : joined.TrimEnd()));
            }
        }
    }

    /// <summary>Takes room from the widest column until all fit, but leaves every one something to be read in.</summary>
    private static int[] Fit(int[] widths, int room)
    {
        while (widths.Length > 0 && widths.Sum() + (2 * (widths.Length - 1)) > room)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= 6) break;
            widths[widest]--;
        }

        return widths;
    }

    private void Heading(string? heading)
    {
        if (heading is not null) Line("  " + Bold(TerminalText.Line(heading)));
    }

    /// <param name="lead">Stands before the first line; the others are set in as far.</param>
    private void Paragraph(string value, int indent, string lead = "", Tone? tone = null)
    {
        var deep = indent + TerminalText.Columns(lead);
        var first = true;
        foreach (var line in TerminalText.Wrap(TerminalText.Safe(value), Math.Max(20, width - deep)))
        {
            var set = first ? new string(' ', indent) + lead + line : new string(' ', deep) + line;
            Line(tone is { } colour ? Toned(colour, set) : set);
            first = false;
        }
    }

    private void Line(string line) => text.Append(line).Append('\n');

    private void Gap()
    {
        if (text.Length > 1 && !(text[^1] == '\n' && text[^2] == '\n')) text.Append('\n');
    }

    private static string Bar(int done, int total)
    {
        var all = Math.Clamp(total, 1, 20);
        var filled = total <= 0 ? 0 : Math.Clamp((int)Math.Round((double)done * all / total), 0, all);
        return $"[{new string('#', filled)}{new string('.', all - filled)}]";
    }

    private static string Mark(Tone tone) => tone switch
    {
        Tone.Good => "✓",
        Tone.Bad => "✕",
        Tone.Warning => "!",
        Tone.Waiting => "…",
        Tone.Active => "▸",
        Tone.Muted => "–",
        _ => "·",
    };

    private static string Words(TimeSpan time) => ChatOps.Runbooks.Work.Words.Duration(time);

    /// <summary>Cuts a command into words where the bot does: at spaces outside double quotes.</summary>
    private static List<string> Words(string command) =>
        [.. command.Split('"').SelectMany((part, at) => at % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static string Shell(IEnumerable<string> words) => "chatops " + string.Join(' ', words.Select(word => TerminalText.ForShell(TerminalText.Line(word))));

    private string Bold(string line) => Styled("1", line);

    private string Dim(string line) => Styled("2", line);

    private string Toned(Tone tone, string line) => tone switch
    {
        Tone.Good => Styled("32", line),
        Tone.Bad => Styled("31", line),
        Tone.Warning => Styled("33", line),
        Tone.Waiting => Styled("36", line),
        Tone.Active => Styled("34", line),
        Tone.Muted => Styled("2", line),
        _ => line,
    };

    private string Styled(string code, string line) => colours && line.Length > 0 ? $"\u001b[{code}m{line}\u001b[0m" : line;
}
