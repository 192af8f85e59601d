using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>Routes and Ingresses that share traffic out, and many Deployments at once.</summary>
public sealed partial class KubernetesStandIn
{
    /// <summary>Whether the kinds of the Gateway API are installed.</summary>
    public bool KnowsGateways { get; set; } = true;

    /// <summary>Whether the Gateway takes notice of changed routes at once; else when <see cref="TakeNotice"/> is called.</summary>
    public bool GatewayIsQuick
    {
        get => writes.GatewayIsQuick;
        set => writes.GatewayIsQuick = value;
    }

    /// <summary>Adds many Deployments at once that are rolled out already.</summary>
    public void AddDeployments(string @namespace, IEnumerable<string> names, string image, int replicas)
    {
        foreach (var name in names)
        {
            var deployment = StandInShapes.Deployment(@namespace, name, image, replicas);
            StandInFields.Own(null, deployment, "kubectl-client-side-apply");
            store.Put("deployments", @namespace, deployment);
        }

        for (var i = 0; i < (replicas * 3) + 6; i++) controller.Advance();
    }

    /// <summary>Adds an HTTPRoute with one rule that leads to Services by weight, accepted by its Gateway.</summary>
    public void AddRoute(string @namespace, string name, params (string Service, int Weight)[] backends) => store.Put("httproutes", @namespace, StandInTraffic.Accepted(StandInTraffic.Route(@namespace, name, backends)));

    /// <summary>Adds a canary Ingress of ingress-nginx.</summary>
    public void AddCanaryIngress(string @namespace, string name, string service, int weight = 0) => store.Put("ingresses", @namespace, StandInTraffic.Ingress(@namespace, name, service, weight));

    /// <summary>The share that a canary gets: its Service's weight in an HTTPRoute, or a canary Ingress's.</summary>
    public string WeightOf(string @namespace, string name) => StandInTraffic.Weights(store.Find("httproutes", @namespace, name) ?? store.Find("ingresses", @namespace, name)!);

    /// <summary>The Gateway accepts a route as it is now.</summary>
    public void TakeNotice(string @namespace, string name) => store.Put("httproutes", @namespace, StandInTraffic.Accepted(store.Find("httproutes", @namespace, name)!));

    /// <summary>Changes a route or an Ingress as somebody with kubectl would.</summary>
    public void ChangeRouteByHand(string resource, string @namespace, string name, Action<JsonObject> change, string manager = "kubectl-edit") => ChangeByHand(resource, @namespace, name, change, manager);
}
