namespace ChatOps.Integrations.Kubernetes;

/// <summary>How long things may take. Settable for tests.</summary>
internal sealed record KubernetesTimings
{
    /// <summary>One request, save a watch.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A watch lasts this long to twice this long.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after its end a silent watch is given up.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after a failure, doubling to <see cref="BackOffMost"/>, with jitter (client-go's numbers).</summary>
    public TimeSpan BackOffFirst { get; init; } = TimeSpan.FromMilliseconds(800);

    public TimeSpan BackOffMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long watches go on after the last observer left: long enough for a worker to come back for the next look.</summary>
    public TimeSpan KeepWatching { get; init; } = TimeSpan.FromMinutes(2);
}
