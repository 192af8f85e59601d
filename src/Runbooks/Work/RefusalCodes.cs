namespace ChatOps.Runbooks.Work;

/// <summary>Every code a refusal can have. The list is closed: docs/refusals.md documents each one.</summary>
public static class RefusalCodes
{
}
