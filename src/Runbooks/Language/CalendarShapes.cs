using System.Collections.Immutable;

namespace ChatOps.Runbooks.Language;

/// <summary>The mappings of <c>calendar.yaml</c>.</summary>
public static class CalendarShapes
{
    public static Shape Freeze { get; } = new("freeze", "A time at which nothing changes, whatever windows say.",
    [
        new("name", ValueKind.Text, "Why, in a few words.", Required: true) { Example = "Holidays" },
        .. Scoped,
    ]);

    public static Shape Maintenance { get; } = new("maintenance", "A time, once, at which things may change even outside their windows, but not through a freeze.",
    [
        new("name", ValueKind.Text, "What for, in a few words.", Required: true) { Example = "Move of the database" },
        .. Scoped,
    ]);

    public static Shape Passing { get; } = new("passing", "Who may let a change pass what closes a place.",
    [
        new("from", ValueKind.Texts, "Groups whose members may say so.", Required: true) { Example = "[oncall]" },
        new("count", ValueKind.Number, "Different people needed.", Default: "1") { Most = 20, Example = "2" },
        new("within", ValueKind.Duration, "How long the question stays open.", Default: "30m") { Example = "4h" },
        new("lasts", ValueKind.Duration, "exceptions: how long after it was approved the change may begin; later the freeze counts again.", Default: "1d") { Example = "8h" },
    ]);

    public static Shape Calendar { get; } = new("calendar", "When things may change, beyond the windows of each environment.",
    [
        new("zone", ValueKind.Text, "The time zone that is meant where none is named, by its name in the IANA database.", Default: "UTC") { Example = "Europe/Amsterdam" },
        new("working-hours", ValueKind.Mappings, "When people can be expected to answer. Left out: always.", Of: ServiceShapes.Window) { Example = "[{ days: Mon-Fri, from: \"09:00\", to: \"17:00\" }]" },
        new("freezes", ValueKind.Mappings, "Times at which nothing changes.", Of: Freeze) { Example = "[{ name: Holidays, from: 2026-12-24, until: 2027-01-02 }]" },
        new("maintenance", ValueKind.Mappings, "Times at which things may change outside their windows.", Of: Maintenance) { Example = "[{ name: Move, from: 2026-11-28 02:00, until: 2026-11-28 05:00 }]" },
        new("freeze-files", ValueKind.Texts, "Calendar files (iCalendar) beside calendar.yaml; each of their events is a freeze of everything.") { Example = "[holidays.ics]" },
        new("exceptions", ValueKind.Mapping, "Who approves one change through a freeze, besides its runbook's approvals. Left out: nobody can.", Of: Passing) { Example = "{ from: [release-managers], count: 2, within: 4h }" },
        new("emergency", ValueKind.Mapping, "Who approves an emergency, in place of its runbook's approvals. Left out: nobody can.", Of: Passing) { Example = "{ from: [oncall] }" },
    ], MayBeEmpty: true);

    /// <summary>When something is, once, and for what.</summary>
    private static ImmutableArray<Key> Scoped =>
    [
        new("from", ValueKind.Text, "When it begins: a date, or a date and a time, in the zone of calendar.yaml.", Required: true) { Example = "2026-12-24 09:00" },
        new("until", ValueKind.Text, "When it ends: with a date alone, as that day begins.", Required: true) { Example = "2027-01-02" },
        new("environments", ValueKind.Texts, "The environments that it is about.", Default: "\"*\"") { Example = "[prod]" },
        new("services", ValueKind.Texts, "The services that it is about.", Default: "\"*\"") { Example = "[api, web]" },
    ];
}
