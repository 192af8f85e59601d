namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of <c>oncall.yaml</c>.</summary>
public static class OnCallShapes
{
    public static Shape Rotation { get; } = new("rotation", "People who take turns.",
    [
        new("people", ValueKind.Texts, "Their addresses, in order.", Required: true) { Example = "[cleo@example.com, ben@example.com]" },
        new("every", ValueKind.Text, "How long a turn lasts: days (3d) or weeks (2w).", Default: "1w") { Example = "1w" },
        new("from", ValueKind.Text, "When the first person's first turn begins: a date and a time. Its weekday and its time are those of every handover.", Required: true) { Example = "\"2026-01-05 09:00\"" },
    ]);

    public static Shape Override { get; } = new("override", "A time in which somebody else is called first.",
    [
        new("person", ValueKind.Text, "Who is.", Required: true) { Example = "dora@example.com" },
        new("from", ValueKind.Text, "From when on: a date, or a date and a time.", Required: true) { Example = "2026-12-24" },
        new("until", ValueKind.Text, "Until when; a date alone is when that day begins.", Required: true) { Example = "2026-12-27" },
    ]);

    public static Shape Schedule { get; } = new("on-call schedule", "Who is called when. Its name is what page: says.",
    [
        new("zone", ValueKind.Text, "The time zone of its times. Left out: the zone of calendar.yaml.") { Example = "Europe/Amsterdam" },
        new("rotations", ValueKind.Mappings, "Who is called first; the second rotation, where there is one, who is called when the first does not answer. With one alone, that is the next person in it.", Required: true, Of: Rotation) { Example = "[{ people: [cleo@example.com, ben@example.com], from: \"2026-01-05 09:00\" }]" },
        new("overrides", ValueKind.Mappings, "Times in which somebody else is called first. Of two at once the later one in the file counts; a swap made by command counts before both.", Of: Override) { Example = "[{ person: dora@example.com, from: 2026-12-24, until: 2026-12-27 }]" },
        new("escalate", ValueKind.Duration, "How long somebody has to answer before the next person is called.", Default: "5m") { Longest = TimeSpan.FromHours(12), Example = "10m" },
    ]);

    public static Shape OnCall { get; } = new("on-call", "Who is called when something is wrong.",
    [
        new("schedules", ValueKind.Named, "Schedules, by name. One that has the name of a group is called in its place.", Required: true, Of: Schedule) { Example = "{ oncall: { rotations: [{ people: [cleo@example.com, ben@example.com], from: \"2026-01-05 09:00\" }] } }" },
        new("swap", ValueKind.Texts, "Groups whose members may swap turns too, beside those who take turns.") { Example = "[release-managers]" },
    ]);
}
