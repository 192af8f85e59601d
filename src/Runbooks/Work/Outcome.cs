namespace ChatOps.Runbooks.Work;

/// <summary>What came of asking the outside world to do something, so that the worker can act on it.</summary>
/// <remarks>Clients answer with one of these and neither loop nor sleep: <see cref="Later"/> goes back to the queue, which survives a crash.</remarks>
public abstract record Outcome<T>
{
    private Outcome() { }

    /// <summary>It is done (now, or found to have been done before).</summary>
    public sealed record Done(T Value) : Outcome<T>;

    /// <summary>Not now: try again. <paramref name="After"/> is what the other side asked for, if it did.</summary>
    /// <param name="Why">A sentence for people: what does not answer, and what it said.</param>
    public sealed record Later(string Why, TimeSpan? After = null) : Outcome<T>
    {
        /// <summary>Whether it is certain that nothing was done: the other side said so, or could not be reached at all. False = nobody knows.</summary>
        public bool Untouched { get; init; }
    }

    /// <summary>Never, as things are: a person has to mend something first.</summary>
    public sealed record Never(Fault Fault) : Outcome<T>;
}

/// <summary>Something that went wrong outside, in words for the person who has to mend it.</summary>
/// <param name="Code">Short and stable, for tests and statistics: <c>image-pull</c>, <c>permission-missing</c>.</param>
/// <param name="Why">What happened, where: one sentence, no secrets.</param>
/// <param name="Next">What to do about it, or null where there is nothing sensible to say.</param>
public sealed record Fault(string Code, string Why, string? Next = null)
{
    /// <summary>Where people look closer; null = nowhere in particular.</summary>
    public Uri? Link { get; init; }
}

/// <summary>The value of an outcome that carries none.</summary>
public sealed record Nothing
{
    public static Nothing Value { get; } = new();

    private Nothing() { }
}
