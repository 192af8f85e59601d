using System.Collections.Immutable;
using ChatOps.Runbooks.Alerts;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Commands;

/// <summary>Understands commands about one alert: its number, then whatever the command adds.</summary>
internal static class ReadAlerts
{
    private const string OneHour = "1h";

    public static Heard Why(Said said, Vocabulary vocabulary) => Only(said, alert => new Command.Why(alert));

    public static Heard Acknowledge(Said said, Vocabulary vocabulary) => Only(said, alert => new Command.Acknowledge(alert));

    public static Heard Silence(Said said, Vocabulary vocabulary)
    {
        if (Which(said) is not { } alert) return NoAlert(said);
        ImmutableArray<Token> words = [.. said.Words.Skip(1)];
        if (words is [{ Quoted: false, Text: var filler }, _, ..] && Vocabulary.Same(filler, "for")) words = words.RemoveAt(0);
        var duration = words is [{ Quoted: false } first, ..] && Durations.TryRead(first.Text, out _) ? first.Text : null;
        if (duration is not null) words = words.RemoveAt(0);
        var reason = said.Value("reason");
        if (reason is not null && !words.IsEmpty) return Extra(said, words);

        // A word without quotes where the time belongs is a time mistyped, rather than why.
        if (duration is null && words is [{ Quoted: false, Text: [>= '0' and <= '9', ..] } wrong, ..])
            return Grammar.No(RefusalCodes.WordUnknown, $"{Spoken.Quote(wrong.Text)} is no length of time.", "Say 30m, 1h or 2d.");
        reason ??= words.IsEmpty ? null : string.Join(' ', words.Select(word => word.Text)).Trim();
        return new Heard.Understood(new Command.Silence(alert, duration ?? OneHour, string.IsNullOrEmpty(reason) ? null : reason));
    }

    private static Heard Only(Said said, Func<AlertId, Command> command)
    {
        if (Which(said) is not { } alert) return NoAlert(said);
        return said.Words.Length > 1 ? Extra(said, said.Words.RemoveAt(0)) : new Heard.Understood(command(alert));
    }

    private static AlertId? Which(Said said) => said.Words is [{ Quoted: false } first, ..] && AlertId.TryParse(first.Text, out var alert) ? alert : null;

    private static Heard.Misheard NoAlert(Said said) => said.Words.IsEmpty
        ? Grammar.No(RefusalCodes.WordsMissing, "Which alert?", $"Say its number as its card shows it: {said.About.Usage.Replace("ALERT", "A12", StringComparison.Ordinal)}.")
        : Grammar.No(RefusalCodes.AlertUnknown, $"{Spoken.Quote(said.Words[0].Text)} is not the number of an alert.", "It looks like A12. Say alerts to see them.");

    private static Heard.Misheard Extra(Said said, ImmutableArray<Token> words) => Grammar.No(
        RefusalCodes.WordUnknown, $"What is {Words.List(words.Take(3).Select(word => Spoken.Quote(word.Text)))} in this {said.About.Name}?", $"It is written {said.About.Usage}.");
}
