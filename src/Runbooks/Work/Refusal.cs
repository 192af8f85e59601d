namespace ChatOps.Runbooks.Work;

/// <summary>Why something is not done, as a value: a stable code, a sentence that says why, and what would change it.</summary>
/// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
public sealed record Refusal(string Code, string Why, string? Next = null);
