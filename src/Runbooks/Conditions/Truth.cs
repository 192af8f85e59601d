namespace ChatOps.Runbooks.Conditions;

/// <summary>Whether something is so, where that can't always be told (Kleene's strong logic: and is the least, or the greatest).</summary>
public enum Truth
{
    No,

    /// <summary>It depends on something that isn't known, or that can't be compared.</summary>
    Unknown,
    Yes,
}

internal static class Truths
{
    public static Truth Of(bool so) => so ? Truth.Yes : Truth.No;

    public static Truth Not(Truth truth) => (Truth)(2 - (int)truth);
}
