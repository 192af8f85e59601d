using System.Globalization;
using ChatOps.Runbooks.Runs;

namespace ChatOps.Runbooks.Cards;

/// <summary>Makes the e-mail of a notification: what is said, which run says so, and where to look.</summary>
public static class NoticeMail
{
    private const int SubjectLength = 120;

    /// <param name="key">The key of the work that sends it: it names run, step and try.</param>
    /// <param name="publicUrl">Where the bot's pages are; null = it links nowhere.</param>
    public static Mail Of(RunState run, string to, string text, string key, Uri? publicUrl)
    {
        var first = $"{RunCard.TitleOf(run)}: {text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()}";

        // Run numbers begin anew with another database; the moment it was asked for does not.
        var topic = string.Create(CultureInfo.InvariantCulture, $"run-{run.Id}-{run.OpenedAt.ToUnixTimeMilliseconds()}");
        return new Mail(to, first.Length > SubjectLength ? first[..(SubjectLength - 1)] + "…" : first, text, $"{topic}-{key}", topic)
        {
            Footer = $"Run {run.Id}, {RunWords.Of(run.Status)}",
            Link = publicUrl is null ? null : new Uri(publicUrl, $"runs/{run.Id}"),
        };
    }
}
