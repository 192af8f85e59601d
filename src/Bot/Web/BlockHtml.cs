using System.Globalization;
using ChatOps.Runbooks.Cards;
using ChatOps.Runbooks.Work;

namespace ChatOps.Bot.Web;

/// <summary>Shows what a card is made of.</summary>
internal static class BlockHtml
{
    /// <param name="key">The block's own on its page.</param>
    public static Html Of(CardBlock block, string key, Showing at) => block switch
    {
        CardBlock.Text b => Html.Of($"""<div class="text">{Heading(b.Heading)}{Texts.Long(b.Value)}</div>"""),
        CardBlock.Notice b => Html.Of($"""<div class="notice {Marks.ClassOf(b.Tone)}" data-notice="{Marks.NameOf(b.Tone)}">{Marks.Of(b.Tone)}<div>{Texts.Long(b.Value)}</div></div>"""),
        CardBlock.Steps b => Html.Of($"""<ol class="steps" aria-label="Steps">{b.Lines.Select((line, number) => Step(line, $"{at.Id}-step-{number}", at))}</ol>"""),
        CardBlock.Checklist b => Checklist(b, key, at),
        CardBlock.Approvals b => Approvals(b),
        CardBlock.Progress b => Progress(b, key),
        CardBlock.Table b => Table(b, key),
        CardBlock.List b => Html.Of($"""{Heading(b.Heading)}<ul class="lines">{b.Lines.Select((line, number) => Line(line, $"{key}-{number}", at))}</ul>"""),
        _ => throw new InvalidOperationException($"Nothing shows {block.GetType().Name}."),
    };

    private static Html Heading(string? heading) => heading is null ? Html.None : Html.Of($"""<p class="heading">{Texts.Short(heading)}</p>""");

    private static Html Step(StepLine line, string key, Showing at) => Html.Of($"""
        <li class="step {Marks.ClassOf(line.Tone)}" data-key="{key}" data-step="{line.Title}" data-mark="{line.Mark}"{Html.If(IsNow(line), () => new Html(" aria-current=\"step\""))}>{Marks.Of(line.Tone)}<span class="step-title">{Texts.Short(line.Title)}</span>
        <span class="step-mark">{line.Mark}</span>{Took(line, at)}
        <div class="detail">{Html.If(line.Detail is not null, () => Texts.Long(line.Detail!))}</div></li>
        """);

    private static bool IsNow(StepLine line) => line.Mark is "running" or "waiting" or "paused";

    /// <summary>How long a step took; of one under way, since when, so that the page can count on.</summary>
    private static Html Took(StepLine line, Showing at)
    {
        if (line.Took is not { } took) return new Html("""<span class="took"></span>""");
        if (!IsNow(line)) return Html.Of($"""<span class="took">{Words.Duration(took)}</span>""");
        var since = (at.Now - took).ToUnixTimeSeconds();
        return Html.Of($"""<span class="took" data-since="{since.ToString(CultureInfo.InvariantCulture)}">{Words.Duration(took)}</span>""");
    }

    private static Html Checklist(CardBlock.Checklist list, string key, Showing at)
    {
        var ticked = list.Items.Count(item => item.Ticked);
        return Html.Of($"""
            <section class="checklist" aria-labelledby="{key}-name"><p class="heading"><span id="{key}-name">{Texts.Short(list.Heading)}</span> <span class="quiet count">{ticked} of {list.Items.Length}</span></p>
            <ul>{list.Items.Select((item, number) => Item(item, $"{key}-{number}", at))}</ul></section>
            """);
    }

    private static Html Item(ChecklistLine item, string key, Showing at)
    {
        var box = new Html($"""<span class="box" aria-hidden="true">{(item.Ticked ? """<svg viewBox="0 0 16 16"><path d="m3.5 8.4 3 3 6-6.8"/></svg>""" : "")}</span>""");
        var by = Html.Of($"""<span class="by">{(item.By ?? (item.Verifies ? "ticks itself" : ""))}</span>""");
        var ticked = item.Ticked ? "true" : "false";
        return item.Toggle is { } toggle && !at.ReadOnly
            ? Html.Of($"""
                <li class="item" data-key="{key}" data-ticked="{ticked}"><form class="act" method="post" action="/click" data-action="{toggle.Verb}">{CardHtml.Hidden(toggle, at)}<button class="tick" type="submit" role="checkbox" aria-checked="{ticked}">{box}<span class="label">{Texts.Short(item.Text)}</span></button>{by}</form>{Texts.Rest(item.Text)}</li>
                """)
            : Html.Of($"""
                <li class="item" data-key="{key}" data-ticked="{ticked}"><div class="row"><div class="tick still">{box}<span class="unseen">{(item.Ticked ? "Ticked: " : "Open: ")}</span><span class="label">{Texts.Short(item.Text)}</span></div>{by}</div>{Texts.Rest(item.Text)}</li>
                """);
    }

    private static Html Approvals(CardBlock.Approvals b) => Html.Of($"""
        <section class="approvals"><p class="heading">{Texts.Short(b.Heading)} <span class="quiet count">{b.Given.Length} of {b.Needed}</span></p>
        <ul class="chips" aria-label="Approvals">{b.Given.Select(given => Html.Of($"""<li class="chip tone-good" data-approval="given">{Marks.Of(Tone.Good)}{Texts.Short(given)}</li>"""))}{Enumerable.Range(0, Math.Clamp(b.Needed - b.Given.Length, 0, 20)).Select(_ => Html.Of($"""<li class="chip quiet" data-approval="needed">{Marks.Of(Tone.Neutral)}still needed</li>"""))}</ul>
        <p class="quiet">From {Texts.Short(b.From)}{(b.Until is { } until ? Html.Of($"; the question closes {Texts.Time(until)}") : Html.None)}</p></section>
        """);

    private static Html Progress(CardBlock.Progress b, string key) => Html.Of($"""
        <div class="progress {Marks.ClassOf(b.Tone)}"><span id="{key}-what">{Texts.Short(b.Heading)}</span>
        <div class="bar" role="progressbar" aria-labelledby="{key}-what" aria-valuemin="0" aria-valuemax="{Math.Max(b.Total, 0)}" aria-valuenow="{Math.Clamp(b.Done, 0, Math.Max(b.Total, 0))}" aria-valuetext="{b.Says}"><progress aria-hidden="true" max="{Math.Max(b.Total, 1)}" value="{Math.Clamp(b.Done, 0, Math.Max(b.Total, 1))}"></progress></div><span class="count">{Texts.Short(b.Says)}</span></div>
        """);

    private static Html Table(CardBlock.Table b, string key) => Html.Of($"""
        <div class="scroll" tabindex="0" role="region" aria-label="{string.Join(", ", b.Columns)}"><table><thead><tr>{b.Columns.Select(column => Html.Of($"""<th scope="col">{column}</th>"""))}</tr></thead>
        <tbody>{b.Rows.Select((row, number) => Html.Of($"""<tr data-key="{key}-{number}">{row.Select((cell, at) => Html.Of($"""<td data-label="{(at < b.Columns.Length ? b.Columns[at] : "")}"><div>{Texts.Long(cell)}</div></td>"""))}</tr>"""))}</tbody></table></div>
        """);

    private static Html Line(ListLine line, string key, Showing at) => Html.Of($"""
        <li class="line {Marks.ClassOf(line.Tone)}" data-key="{key}">{Html.If(line.Tone != Tone.Neutral, () => Marks.Of(line.Tone))}<div>{Texts.Long(line.Text)}</div>{(line.Button is { } button ? CardHtml.Button(button, $"{key}-do", at) : Html.None)}</li>
        """);
}
