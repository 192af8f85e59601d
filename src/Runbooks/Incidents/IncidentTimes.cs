using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Incidents;

/// <summary>How long it took. Each is null while it did not happen, or where its beginning is not known.</summary>
/// <param name="Detect">From its beginning until it was declared.</param>
/// <param name="Acknowledge">From then until somebody took care of it.</param>
/// <param name="Mitigate">From then until customers no longer noticed.</param>
/// <param name="Resolve">From then until it was over.</param>
public sealed record IncidentTimes(TimeSpan? Detect, TimeSpan? Acknowledge, TimeSpan? Mitigate, TimeSpan? Resolve)
{
    public static IncidentTimes Of(Incident incident)
    {
        TimeSpan? From(DateTimeOffset? at) => at is { } then ? Least(then - incident.DeclaredAt) : null;
        return new IncidentTimes(incident.BeganAt is { } began ? Least(incident.DeclaredAt - began) : null, From(incident.AcknowledgedAt), From(incident.MitigatedAt), From(incident.ResolvedAt));
    }

    /// <summary>In words; <c>not known</c> for null.</summary>
    public static string Says(TimeSpan? time) => time is { } took ? Words.Duration(took) : "not known";

    // Clocks of two systems: what seems to come before is at once.
    private static TimeSpan Least(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
