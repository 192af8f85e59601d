using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Bot.Engine;
using ChatOps.Runbooks.Audit;
using ChatOps.Runbooks.Runs;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>A page of decisions, newest first.</summary>
/// <param name="Earlier">Where the page after this one begins; null when there is nothing before.</param>
internal sealed record AuditPageOf(ImmutableArray<AuditLine> Lines, ChainHead? Head, long? Earlier);

/// <summary>Reads decisions backwards from the end of the chain.</summary>
internal sealed class AuditReads(IStore store, RunEngine engine)
{
    private const int Lines = 100, AtOnce = 500;

    /// <summary>How far one page looks back for words that are rare; the next goes on from there.</summary>
    private const int Entries = 10_000;

    public async Task<AuditPageOf> PageAsync(string? words, long? before, CancellationToken cancellationToken)
    {
        var head = await store.ReadChainHeadAsync(cancellationToken);
        var end = Math.Min(before ?? long.MaxValue, (head?.Place ?? 0) + 1);
        var found = ImmutableArray.CreateBuilder<AuditLine>();
        for (var looked = 0; end > 1 && looked < Entries;)
        {
            var from = Math.Max(0, end - 1 - AtOnce);
            foreach (var entry in (await store.ReadChainAsync(from, (int)(end - 1 - from), cancellationToken)).Reverse())
            {
                looked++;
                if (await LineAsync(entry, cancellationToken) is not { } line || (words is not null && !line.Has(words))) continue;
                found.Add(line);
                if (found.Count == Lines) return new AuditPageOf(found.ToImmutable(), head, entry.Place > 1 ? entry.Place : null);
            }

            end = from + 1;
        }

        return new AuditPageOf(found.ToImmutable(), head, end > 1 ? end : null);
    }

    private async Task<AuditLine?> LineAsync(ChainEntry entry, CancellationToken cancellationToken)
    {
        if (!RunId.TryParse(entry.Event.Stream.Name, out var run)) return HouseAudit.Lines().Next(entry);
        return await engine.FindAsync(run, cancellationToken) is { } state ? AuditLines.LineOf(state, entry, RunJson.ReadRun(entry.Event)) : null;
    }
}

/// <summary>Who decided what, when, from where and on which plan.</summary>
internal static class AuditPage
{
    public static Html Of(Viewer viewer, AuditPageOf page, string? words) => Layout.Of("Audit", "/audit", viewer, null, Html.Of($"""
        <h1>Who decided what</h1>
        <form class="search" role="search" method="get" action="/audit"><label for="q">A name, a service, a version, a kind of decision</label><input id="q" name="q" type="search" maxlength="200" value="{words}" placeholder="ana approved api" autocomplete="off"><button type="submit">Search</button></form>
        {List(page, words)}{(page.Earlier is { } earlier ? Html.Of($"""<p><a href="/audit?before={earlier}{(words is null ? "" : "&q=" + Uri.EscapeDataString(words))}">Earlier</a></p>""") : Html.None)}
        {(page.Head is { } head ? Html.Of($"""<p class="quiet">{Words.Count(head.Place, "entry", "entries")}, each with the hash of the one before it. The last is <code>{head.Hash[..16]}…</code>; <code>chatops audit verify</code> proves that none was altered or removed.</p>""") : Html.None)}
        """));

    private static Html List(AuditPageOf page, string? words) => page.Lines.IsEmpty
        ? words is null ? new Html("""<section class="empty"><h2>Nothing was decided yet</h2><p>Commands, ticks, approvals, locks and what the bot decides by itself appear here, each once, for ever.</p></section>""")
            : Html.Of($"""<section class="empty"><h2>Nothing with these words</h2><p>Every word has to be found in one line. Try fewer.</p></section>""")
        : Html.Of($"""
            <section><table class="rows audit"><thead><tr>{((Html[])[Html.Of($"When {Texts.Zone}"), new("What"), new("Run"), new("Plan"), new("From")]).Select(name => Html.Of($"""<th scope="col">{name}</th>"""))}</tr></thead><tbody>{page.Lines.Select(Row)}</tbody></table></section>
            """);

    private static Html Row(AuditLine line) => Html.Of($"""
        <tr data-entry="{line.Entry.ToString(CultureInfo.InvariantCulture)}"><td class="quiet">{Texts.Time(line.At, clock: true)}</td>
        <td class="what"><b>{(line.By is null ? "the bot" : RunPages.Name(line.By))}</b> {Texts.Long(line.Says)}<div class="quiet">{line.Decision}</div></td>
        <td>{(line.Run is { } run ? Html.Of($"""<a href="/runs/{run}">{Texts.Short(PlaceOf(line) is { Length: > 0 } place ? $"{place}, run {run}" : $"run {run}")}</a>""") : Texts.Short(PlaceOf(line)))}</td>
        <td class="quiet"><code title="{line.Plan}">{line.Plan?[..8]}</code></td><td class="quiet via">{Texts.Short(From(line.Via))}</td></tr>
        """);

    private static string PlaceOf(AuditLine line) => $"{line.Service} {line.Environment}".Trim();

    /// <summary>The surface, and the account where it names one; the rest of a delivery's name tells people nothing.</summary>
    private static string From(string via) => via.Split(':') switch
    {
        [Chain.Bot] => "the bot",
        ["slack", "act" or "view", var account, ..] => $"Slack, {account}",
        ["slack", ..] => "Slack",
        ["teams", ..] => "Teams",
        ["web", ..] => "the console",
        ["api", ..] => "the API",
        [var surface, ..] => surface,
        _ => via,
    };
}
