namespace ChatOps.Runbooks.Gates;

/// <summary>Gates that every place has without being asked for a query, and the limits that well-known ones have where their file says none.</summary>
public static class UsualGates
{
    public static readonly Gate Health = new("health", new GateQuery("health", "checks"), new GateValue(1, GateUnit.Plain), Worse.Lower) { For = TimeSpan.FromMinutes(3), MinSamples = 3 };

    public static readonly Gate Restarts = new("restarts", new GateQuery("kubernetes", "restarts"), new GateValue(2, GateUnit.Plain), Worse.Higher);

    public static readonly Gate OutOfMemory = new("out-of-memory", new GateQuery("kubernetes", "out-of-memory"), new GateValue(0, GateUnit.Plain), Worse.Higher);

    public static readonly Gate Ready = new("ready", new GateQuery("kubernetes", "ready"), new GateValue(1, GateUnit.Share), Worse.Lower) { For = TimeSpan.FromMinutes(3), MinSamples = 3 };

    public static readonly Gate Alerts = new("alerts", new GateQuery("alerts", "firing"), new GateValue(0, GateUnit.Plain), Worse.Higher);

    private static readonly Gate ErrorRate = new("error-rate", new GateQuery("", ""), new GateValue(0.05, GateUnit.Share), Worse.Higher) { For = TimeSpan.FromMinutes(5) };

    private static readonly Gate P95 = new("p95-latency", new GateQuery("", ""), new GateValue(0.5, GateUnit.Time), Worse.Higher) { For = TimeSpan.FromMinutes(10) };

    /// <summary>What a place is watched for where a soak says <c>usual</c>, besides gates that it has of the same name.</summary>
    /// <param name="health">Whether the place has health addresses.</param>
    public static IEnumerable<Gate> Of(bool health) => health ? [Health, Restarts, OutOfMemory, Alerts] : [Restarts, OutOfMemory, Alerts];

    /// <summary>The limit that a gate has where its file says none: by what is asked, else by its name; null = it must say one.</summary>
    public static Gate? Limit(string name, GateQuery query) => (query.Source, query.Text) switch
    {
        ("kubernetes", "restarts") => Restarts,
        ("kubernetes", "out-of-memory") => OutOfMemory,
        ("kubernetes", "ready") => Ready,
        ("health", _) => Health,
        ("alerts", _) => Alerts,
        _ => name switch { "error-rate" => ErrorRate, "p95-latency" => P95, _ => null },
    };
}
