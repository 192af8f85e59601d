using System.Collections.Immutable;
using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Registry;

/// <summary>Whether each registry of the settings lets us in.</summary>
internal sealed class RegistryCheckUp(IOptions<RegistriesOptions> options, TimeProvider time) : ICheckUp
{
    public string System => "Registries";

    public async Task<ImmutableArray<Symptom>> LookAsync(CancellationToken cancellationToken) => options.Value.All.Count == 0
        ? [new Symptom(System, "images", Health.Off, "None is set up: whether an image is there is not known before it is rolled out.", "Name them under Registries (docs/settings.md).")]
        : [.. await Task.WhenAll(options.Value.All.Select(one => KnockAsync(one.Key, one.Value, cancellationToken)))];

    private async Task<Symptom> KnockAsync(string name, RegistryOptions one, CancellationToken cancellationToken)
    {
        using var client = new RegistryClient(one, time);
        return await client.KnockAsync(cancellationToken) switch
        {
            Outcome<ImageSeen>.Done { Value.IsThere: true } => new Symptom(System, name, Health.Good, $"{one.Host} lets us in."),
            Outcome<ImageSeen>.Never never => new Symptom(System, name, Health.Bad, never.Fault.Why, never.Fault.Next),
            Outcome<ImageSeen>.Later later => new Symptom(System, name, Health.Bad, later.Why, $"Check the address of Registries:{name}, and whether this machine may reach it."),
            _ => new Symptom(System, name, Health.Bad, $"{one.Host} has nothing at {one.Api}v2/.", $"Check Registries:{name}:Address: it must be a registry of the OCI distribution specification."),
        };
    }
}
