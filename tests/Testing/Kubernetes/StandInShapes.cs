using System.Globalization;
using System.Text.Json.Nodes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>Objects in the shapes in which a real API server sent them.</summary>
internal static class StandInShapes
{
    public static string Now => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Deployment(string @namespace, string name, string image, int replicas) => Parse($$"""
        {
          "kind": "Deployment", "apiVersion": "apps/v1",
          "metadata": {
            "name": "{{name}}", "namespace": "{{@namespace}}", "uid": "{{Guid.NewGuid()}}", "generation": 1,
            "creationTimestamp": "{{Now}}", "labels": { "app": "{{name}}" }, "annotations": {}, "managedFields": []
          },
          "spec": {
            "replicas": {{replicas}},
            "selector": { "matchLabels": { "app": "{{name}}" } },
            "template": {
              "metadata": { "labels": { "app": "{{name}}" } },
              "spec": {
                "containers": [ {
                  "name": "{{name}}", "image": "{{image}}", "ports": [ { "containerPort": 8080, "protocol": "TCP" } ], "resources": {},
                  "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"
                } ],
                "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "securityContext": {},
                "schedulerName": "default-scheduler"
              }
            },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": "25%", "maxSurge": "25%" } },
            "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600
          },
          "status": {}
        }
        """);

    /// <summary>What the API server adds to a job.</summary>
    public static void Complete(JsonObject job)
    {
        var labels = new JsonObject { ["batch.kubernetes.io/controller-uid"] = Uid(job), ["batch.kubernetes.io/job-name"] = Name(job), ["controller-uid"] = Uid(job), ["job-name"] = Name(job) };
        var template = job["spec"]!["template"]!.AsObject();
        template["metadata"] ??= new JsonObject();
        template["metadata"]!["labels"] = labels.DeepClone();
        job["spec"]!["parallelism"] ??= 1;
        job["spec"]!["completions"] ??= 1;
        job["spec"]!["backoffLimit"] ??= 6;
        job["spec"]!["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = Uid(job) } };
    }

    /// <summary>The pod of a job.</summary>
    public static JsonObject PodOf(JsonObject job, string suffix) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = $"{Name(job)}-{suffix}", ["generateName"] = $"{Name(job)}-", ["namespace"] = job["metadata"]!["namespace"]!.DeepClone(), ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now,
            ["labels"] = job["spec"]!["template"]!["metadata"]!["labels"]!.DeepClone(), ["ownerReferences"] = Owner("batch/v1", "Job", job),
        },
        ["spec"] = job["spec"]!["template"]!["spec"]!.DeepClone(),
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    };

    public static JsonObject Labels(Dictionary<string, string> labels) => new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value))));

    public static JsonObject Service(string @namespace, string name, Dictionary<string, string> selector) => new()
    {
        ["kind"] = "Service",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace, ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now, ["managedFields"] = new JsonArray() },
        ["spec"] = new JsonObject
        {
            ["ports"] = new JsonArray(new JsonObject { ["protocol"] = "TCP", ["port"] = 80, ["targetPort"] = 8080 }), ["selector"] = Labels(selector),
            ["clusterIP"] = "10.96.142.73", ["clusterIPs"] = new JsonArray("10.96.142.73"), ["type"] = "ClusterIP", ["sessionAffinity"] = "None",
            ["ipFamilies"] = new JsonArray("IPv4"), ["ipFamilyPolicy"] = "SingleStack", ["internalTrafficPolicy"] = "Cluster",
        },
        ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
    };

    public static JsonObject ReplicaSet(JsonObject deployment, string hash)
    {
        var (name, ns) = (Name(deployment), deployment["metadata"]!["namespace"]!.GetValue<string>());
        var template = deployment["spec"]!["template"]!.DeepClone();
        template["metadata"]!["labels"]!["pod-template-hash"] = hash;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{name}-{hash}", ["namespace"] = ns, ["uid"] = Guid.NewGuid().ToString(), ["generation"] = 1,
                ["creationTimestamp"] = Now, ["labels"] = template["metadata"]!["labels"]!.DeepClone(), ["annotations"] = new JsonObject(),
                ["ownerReferences"] = Owner("apps/v1", "Deployment", deployment),
            },
            ["spec"] = new JsonObject { ["replicas"] = 0, ["selector"] = new JsonObject { ["matchLabels"] = template["metadata"]!["labels"]!.DeepClone() }, ["template"] = template },
            ["status"] = new JsonObject { ["replicas"] = 0 },
        };
    }

    public static JsonObject Pod(JsonObject replicaSet, string suffix)
    {
        var template = replicaSet["spec"]!["template"]!;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{Name(replicaSet)}-{suffix}", ["generateName"] = $"{Name(replicaSet)}-", ["namespace"] = replicaSet["metadata"]!["namespace"]!.DeepClone(),
                ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now, ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                ["ownerReferences"] = Owner("apps/v1", "ReplicaSet", replicaSet),
            },
            ["spec"] = template["spec"]!.DeepClone(),
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        };
    }

    /// <summary>A StatefulSet or a DaemonSet, as the API server completes it.</summary>
    public static JsonObject Set(string kind, string @namespace, string name, string image, int? replicas)
    {
        var set = Deployment(@namespace, name, image, replicas ?? 1);
        var spec = set["spec"]!.AsObject();
        foreach (var own in (string[])["strategy", "progressDeadlineSeconds"]) spec.Remove(own);
        if (replicas is null) spec.Remove("replicas");
        (set["kind"], set["status"]) = (kind, new JsonObject());
        if (kind == "StatefulSet") (spec["serviceName"], spec["podManagementPolicy"]) = (name, "OrderedReady");
        spec["updateStrategy"] = new JsonObject
        {
            ["type"] = "RollingUpdate",
            ["rollingUpdate"] = kind == "StatefulSet" ? new JsonObject { ["partition"] = 0 } : new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 },
        };
        return set;
    }

    /// <summary>A revision in the words of the two controllers, which differ in the labels.</summary>
    public static JsonObject ControllerRevision(JsonObject set, string kind, string hash)
    {
        var template = set["spec"]!["template"]!.DeepClone();
        template["$patch"] = "replace";
        var labels = template["metadata"]?["labels"]?.DeepClone() as JsonObject ?? [];
        labels[kind == "StatefulSet" ? "controller.kubernetes.io/hash" : "controller-revision-hash"] = hash;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{Name(set)}-{hash}", ["namespace"] = set["metadata"]!["namespace"]!.DeepClone(), ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now,
                ["labels"] = labels, ["annotations"] = set["metadata"]!["annotations"]?.DeepClone(), ["ownerReferences"] = Owner("apps/v1", kind, set),
            },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = 0,
        };
    }

    /// <param name="label">What it carries as <c>controller-revision-hash</c>.</param>
    public static JsonObject PodOfSet(JsonObject set, JsonObject revision, string suffix, string label)
    {
        var template = revision["data"]!["spec"]!["template"]!;
        var labels = template["metadata"]?["labels"]?.DeepClone() as JsonObject ?? [];
        labels["controller-revision-hash"] = label;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{Name(set)}-{suffix}", ["generateName"] = $"{Name(set)}-", ["namespace"] = set["metadata"]!["namespace"]!.DeepClone(), ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now,
                ["labels"] = labels, ["ownerReferences"] = Owner("apps/v1", set["kind"]!.GetValue<string>(), set),
            },
            ["spec"] = template["spec"]!.DeepClone(),
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        };
    }

    /// <summary>A pod's status with one container in a state.</summary>
    public static JsonObject PodStatus(JsonObject pod, string phase, JsonObject state, bool ready = false, int restarts = 0, JsonObject? lastState = null)
    {
        var container = pod["spec"]!["containers"]![0]!;
        var word = ready ? "True" : "False";
        return new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(Condition("PodScheduled", "True"), Condition("Ready", word, "ContainersNotReady"), Condition("ContainersReady", word, "ContainersNotReady")),
            ["hostIP"] = "127.0.0.1",
            ["startTime"] = Now,
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = container["name"]!.DeepClone(), ["state"] = state, ["lastState"] = lastState ?? new JsonObject(), ["ready"] = ready,
                ["restartCount"] = restarts, ["image"] = container["image"]!.DeepClone(), ["imageID"] = "", ["started"] = state.ContainsKey("running"),
            }),
            ["qosClass"] = "BestEffort",
        };
    }

    public static JsonObject Waiting(string reason, string? message = null) =>
        new() { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message } };

    public static JsonObject Running() => new() { ["running"] = new JsonObject { ["startedAt"] = Now } };

    public static JsonObject Terminated(int exitCode, string reason, string? message = null) =>
        new() { ["terminated"] = new JsonObject { ["exitCode"] = exitCode, ["reason"] = reason, ["message"] = message, ["finishedAt"] = Now } };

    public static JsonObject Condition(string type, string status, string? reason = null, string? message = null) => new()
    {
        ["type"] = type, ["status"] = status, ["lastUpdateTime"] = Now, ["lastTransitionTime"] = Now, ["reason"] = reason, ["message"] = message,
    };

    public static JsonObject Event(JsonObject about, string kind, string type, string reason, string message) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = $"{Name(about)}.{Guid.NewGuid():N}", ["namespace"] = about["metadata"]!["namespace"]!.DeepClone(), ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = Now,
        },
        ["involvedObject"] = new JsonObject { ["kind"] = kind, ["name"] = Name(about), ["uid"] = about["metadata"]!["uid"]!.DeepClone() },
        ["reason"] = reason, ["message"] = message, ["source"] = new JsonObject(), ["firstTimestamp"] = null, ["lastTimestamp"] = null,
        ["type"] = type, ["eventTime"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture),
    };

    public static JsonObject Status(int code, string reason, string message, JsonObject? details = null) => new()
    {
        ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Failure",
        ["message"] = message, ["reason"] = reason, ["details"] = details, ["code"] = code,
    };

    public static string Name(JsonObject item) => item["metadata"]!["name"]!.GetValue<string>();

    public static string Uid(JsonObject item) => item["metadata"]!["uid"]!.GetValue<string>();

    /// <summary>Whether a controller owns an object.</summary>
    public static bool IsOwnedBy(JsonObject item, string uid) =>
        item["metadata"]!["ownerReferences"] is JsonArray owners && owners.Any(o => o!["uid"]!.GetValue<string>() == uid);

    private static JsonArray Owner(string apiVersion, string kind, JsonObject owner) => new(new JsonObject
    {
        ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = Name(owner), ["uid"] = Uid(owner), ["controller"] = true, ["blockOwnerDeletion"] = true,
    });

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
