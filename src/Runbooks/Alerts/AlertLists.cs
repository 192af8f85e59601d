using System.Collections.Immutable;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Alerts;

/// <summary>Answers about alerts: the list, the digest, and why something was not sent.</summary>
public static class AlertLists
{
    private const int Listed = 30;

    /// <summary>Every open group, and how promises were kept.</summary>
    public static Card List(ImmutableArray<AlertGroup> groups, ImmutableArray<Promise> promises, DateTimeOffset now)
    {
        var shown = groups.Where(group => group.Fired).OrderByDescending(group => group.IsFiring).ThenByDescending(group => group.Severity).ThenByDescending(group => group.Id.Number).ToImmutableArray();
        var firing = shown.Count(group => group.IsFiring);
        var says = firing == 0 ? "Nothing is firing." : $"{Words.Count(firing, "group of alerts is", "groups of alerts are")} firing: {Words.List(shown.Take(4).Where(group => group.IsFiring).Select(group => $"{group.Id} {AlertWords.TitleOf(group)}"))}{(firing > 4 ? ", and more" : "")}.";
        return new Card("Alerts", shown.Any(group => group is { IsFiring: true, Severity: Severity.Critical }) ? Tone.Bad : firing > 0 ? Tone.Warning : Tone.Good, null, says)
        {
            Body = shown.IsEmpty ? [new CardBlock.Text(says)] : [Table(shown, now), .. shown.Length > Listed ? (CardBlock[])[new CardBlock.Text($"and {shown.Length - Listed} more")] : []],
            Footer = Report(promises),
        };
    }

    /// <summary>What was collected since the last one.</summary>
    public static Card Digest(ImmutableArray<AlertGroup> groups, DateTimeOffset now) => new(
        $"Digest: {Words.Count(groups.Length, "kind of alert", "kinds of alerts")}", Tone.Neutral, null, $"Alerts that wake nobody: {Words.List(groups.Take(5).Select(AlertWords.TitleOf))}{(groups.Length > 5 ? ", and more" : "")}.")
    {
        Body = [Table([.. groups.OrderByDescending(group => group.Members.Fired)], now)],
        Footer = "Collected as alerts.yaml says. why A12 tells more of one.",
    };

    /// <summary>Why messages were not sent, each reason with how often and when last.</summary>
    public static Card Why(AlertGroup group, DateTimeOffset now)
    {
        var total = group.Unsent.Values.Sum(tally => tally.Count);
        var cards = group.Cards.Count;
        var says = group.Unsent.IsEmpty ? $"{group.Id}: nothing was held back." : $"{group.Id}: {Words.Count(total, "notification was", "notifications were")} not sent on their own: {Words.List(group.Unsent.Select(one => $"{one.Value.Count} {Short(one.Key)}"))}.";
        return new Card($"Why {group.Id}", Tone.Neutral, null, says)
        {
            Facts =
            [
                new Fact("What", AlertWords.TitleOf(group)), new Fact("State", group.Status.ToString().ToLowerInvariant()),
                new Fact("Route", group.Route?.Name ?? "none of alerts.yaml matches"),
                new Fact("Shown in", cards == 0 ? group.Places.IsEmpty ? "nowhere" : $"no card yet; meant for {Words.List(group.Places)}" : Words.List(group.Cards.Keys)),
            ],
            Body =
            [
                group.Unsent.IsEmpty ? new CardBlock.Text(says) : new CardBlock.Table(
                    ["Reason", "How many", "Last", "More"],
                    [.. group.Unsent.Select(one => (ImmutableArray<string>)[AlertWords.Of(one.Key), $"{one.Value.Count}", $"{Words.Duration(now - one.Value.Last)} ago", one.Value.Why ?? "–"])]),
                .. group.Lines.IsEmpty ? Array.Empty<CardBlock>() : [new CardBlock.List("What happened", [.. group.Lines.Select(line => new ListLine($"{AlertWords.Clock(line.At)} {(line.By is { } by ? $"{new Access.Person(by).ShortName} " : "")}{line.Says}", line.Tone))])],
            ],
        };
    }

    private static string Short(Unsent reason) => AlertWords.Of(reason).Split(':')[0];

    private static CardBlock.Table Table(ImmutableArray<AlertGroup> groups, DateTimeOffset now) => new(
        ["Alert", "What", "Where", "Severity", "State", "Firing", "Since"],
        [.. groups.Take(Listed).Select(group => (ImmutableArray<string>)
        [
            group.Id.ToString(), group.Began.Storm ? "many kinds" : group.Began.What, group.Where, AlertWords.Of(group.Severity),
            group.Status == AlertStatus.Acknowledged ? $"acknowledged by {group.Acked!.By.ShortName}" : group.Status.ToString().ToLowerInvariant() + (group.SilencedAt(now) ? ", silenced" : group.FlapsAt(now) ? ", flapping" : ""),
            $"{group.Members.Firing} of {group.Members.Count}", $"{Words.Duration(now - group.Since)} ago",
        ])]);

    private static string? Report(ImmutableArray<Promise> promises) => promises.IsEmpty ? null : string.Join(" · ", promises.GroupBy(one => one.Severity).OrderByDescending(group => group.Key)
        .Select(group => $"{AlertWords.Of(group.Key)}: answered in time {group.Count(one => one.Kept)} of the last {group.Count()}"));
}
