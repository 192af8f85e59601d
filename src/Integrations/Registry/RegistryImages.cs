using System.Collections.Frozen;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Work;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Registry;

/// <summary>Looks images up in the registries of the settings.</summary>
internal sealed class RegistryImages : IImages, IDisposable
{
    private readonly FrozenDictionary<string, RegistryClient> byHost;

    public RegistryImages(IOptions<RegistriesOptions> options, TimeProvider time) =>
        byHost = options.Value.All.Values.ToFrozenDictionary(one => one.Host, one => new RegistryClient(one, time), StringComparer.OrdinalIgnoreCase);

    public async Task<Outcome<ImageSeen>> LookAsync(string image, CancellationToken cancellationToken)
    {
        var reference = ImageReference.Read(image);
        return byHost.GetValueOrDefault(reference.Host) is { } client
            ? await client.FindAsync(reference, cancellationToken)
            : new Outcome<ImageSeen>.Never(new Fault(IImages.Elsewhere, $"The registry {reference.Host} is not in the settings.", "Name it under Registries (docs/settings.md)."));
    }

    public void Dispose()
    {
        foreach (var client in byHost.Values) client.Dispose();
    }
}
