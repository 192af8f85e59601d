using ChatOps.Integrations.Http;
using ChatOps.Runbooks.Catalog;
using ChatOps.Runbooks.Changes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ChatOps.Integrations.Kubernetes;

/// <summary>Wiring of this folder.</summary>
public static class KubernetesServices
{
    /// <summary>Adds <see cref="ITargets"/> for workloads in the clusters of the section <c>Kubernetes</c>.</summary>
    /// <param name="configuration">The whole configuration, or anything that has the section.</param>
    public static IServiceCollection AddKubernetes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHealthProbes();
        services.AddOptions<KubernetesOptions>().Bind(configuration.GetSection("Kubernetes")).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KubernetesOptions>, KubernetesOptionsCheck>());
        services.TryAddSingleton(new KubernetesTimings());
        services.TryAddSingleton<Clusters>();
        services.TryAddSingleton<Rollouts>();
        services.TryAddSingleton<RolloutWatch>();
        services.TryAddSingleton<SetRollouts>();
        services.TryAddSingleton<SetWatch>();
        services.TryAddSingleton<SetTargets>();
        services.TryAddSingleton<PodsOfVersion>();
        services.TryAddSingleton<BlueGreen>();
        services.TryAddSingleton<Weights>();
        services.TryAddSingleton<Canaries>();
        services.TryAddSingleton<Parts>();
        services.TryAddSingleton<JobRuns>();
        services.TryAddSingleton<ObjectChanges>();
        services.TryAddSingleton<Applies>();
        services.TryAddSingleton<AppliedStatus>();
        services.AddSingleton<ITargets, KubernetesTargets>();
        services.AddSingleton<IHandWatch, HandWatch>();
        services.AddSingleton<ICheckUp, ClusterCheckUp>();
        services.AddSingleton<IOperations, KubernetesOperations>();
        return services;
    }
}
