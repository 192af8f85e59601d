namespace ChatOps.Runbooks.Work;

/// <summary>Fault codes that a decision depends on; the others are for people and statistics.</summary>
public static class FaultCodes
{
    /// <summary>Somebody changed the target by hand meanwhile: never rolled back without being asked.</summary>
    public const string ChangedByHand = "changed-by-hand";

    /// <summary>A gate could not tell whether it is well: a person is asked with what is known, whatever <c>on-failure</c> says.</summary>
    public const string Inconclusive = "inconclusive";
}
