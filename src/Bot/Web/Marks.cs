using ChatOps.Runbooks.Cards;

namespace ChatOps.Bot.Web;

/// <summary>One mark and one colour per tone. A mark never stands without words, so screen readers skip it.</summary>
internal static class Marks
{
    /// <summary>As a stylesheet's class: <c>tone-waiting</c>.</summary>
    public static string ClassOf(Tone tone) => "tone-" + NameOf(tone);

    public static string NameOf(Tone tone) => tone.ToString().ToLowerInvariant();

    /// <summary>Drawn rather than written, so that it looks the same with every font.</summary>
    public static Html Of(Tone tone) =>
        Html.Of($"""<svg class="mark {ClassOf(tone)}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{Shape(tone)}</svg>""");

    private static Html Shape(Tone tone) => new(tone switch
    {
        Tone.Good => """<circle cx="8" cy="8" r="8"/><path d="M4.6 8.3 7 10.7l4.5-5.2"/>""",
        Tone.Bad => """<circle cx="8" cy="8" r="8"/><path d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4"/>""",
        Tone.Warning => """<circle cx="8" cy="8" r="8"/><path d="M8 4.2v4.6m0 2.6v.1"/>""",
        Tone.Waiting => """<circle class="ring" cx="8" cy="8" r="6.8"/><path class="line" d="M8 4.6V8l2.4 1.6"/>""",
        Tone.Active => """<circle class="ring faint" cx="8" cy="8" r="6.8"/><path class="ring turns" d="M8 1.2A6.8 6.8 0 0 1 14.8 8"/><circle class="dot" cx="8" cy="8" r="2.4"/>""",
        Tone.Muted => """<circle class="ring" cx="8" cy="8" r="6.8"/><path class="line" d="M5 8h6"/>""",
        _ => """<circle class="ring dots" cx="8" cy="8" r="6.8"/>""",
    });
}
