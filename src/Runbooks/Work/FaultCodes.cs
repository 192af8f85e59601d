namespace ChatOps.Runbooks.Work;

/// <summary>Fault codes that a decision depends on; the others are for people and statistics.</summary>
public static class FaultCodes
{
    /// <summary>Somebody changed the target by hand meanwhile: never rolled back without being asked.</summary>
    public const string ChangedByHand = "changed-by-hand";
}
