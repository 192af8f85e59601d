namespace ChatOps.Runbooks.Calendar;

/// <summary>Moments that come again every so many days at the same time on the wall, for ever: when one person hands over to the next.</summary>
/// <remarks>They are counted in days of the calendar: a turn over the change of clocks is an hour shorter or longer. A time that the wall skips is when the skip ends; of one that it shows twice, the first.</remarks>
/// <param name="First">The first of them.</param>
/// <param name="Days">Between two, at least 1.</param>
public sealed record Handovers(DateTimeOffset First, int Days, Zone Zone)
{
    /// <summary>When turn <paramref name="turn"/> begins; the first is 0.</summary>
    public DateTimeOffset Begins(long turn) => turn == 0 ? First : Zone.Moment(Zone.Local(First).PlusDays(checked((int)(turn * Days))));

    /// <summary>Whose turn it is, counted from 0; null before the first.</summary>
    public long? TurnAt(DateTimeOffset now)
    {
        if (now < First) return null;

        // Near enough by the length of a day; the change of clocks can move it by one.
        var turn = Math.Max(0, (long)((now - First).TotalDays / Days) - 1);
        while (Begins(turn + 1) <= now) turn++;
        return turn;
    }
}
