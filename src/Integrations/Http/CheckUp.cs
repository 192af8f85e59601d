using System.Collections.Immutable;

namespace ChatOps.Integrations.Http;

/// <summary>How well something is.</summary>
public enum Health
{
    /// <summary>It works.</summary>
    Good,

    /// <summary>It is not set up, which may be meant.</summary>
    Off,

    /// <summary>Something will be missing now and then.</summary>
    Weak,

    /// <summary>Something that is set up does not work.</summary>
    Bad,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="System">As people call it: <c>Slack</c>, <c>Kubernetes main</c>.</param>
/// <param name="What">Two or three words: <c>token</c>, <c>scopes</c>.</param>
/// <param name="Says">What was found, in a sentence without a secret.</param>
/// <param name="Mend">What to do about it, and with which setting; null where nothing has to be done.</param>
public sealed record Symptom(string System, string What, Health Health, string Says, string? Mend = null);

/// <summary>Looks whether one outside system can be used as the settings mean it.</summary>
/// <remarks>It only reads: nothing is posted, changed or paged. Whoever asks bounds it in time; what it throws is counted as bad.</remarks>
public interface ICheckUp
{
    /// <summary>As people call it.</summary>
    string System { get; }

    Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken);
}
