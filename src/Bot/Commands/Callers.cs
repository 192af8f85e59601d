using System.Collections.Immutable;
using ChatOps.Runbooks.Access;

namespace ChatOps.Bot.Commands;

/// <summary>Turns an account of some system, or a persona of the demo, into a caller with their groups.</summary>
public sealed class Callers
{
    /// <summary>Whom the demo lets one be; empty outside the demo, where the console only reads.</summary>
    public ImmutableArray<Persona> Personas => throw new NotSupportedException("still being built");

    /// <summary>The caller behind an account; one that may only read when it can't be resolved.</summary>
    public Task<Caller> ResolveAsync(string system, string accountId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("still being built");

    /// <summary>The caller for a persona of the demo, or a reader when there is none with that address.</summary>
    public Task<Caller> PersonaAsync(string? email, CancellationToken cancellationToken) =>
        throw new NotSupportedException("still being built");
}
