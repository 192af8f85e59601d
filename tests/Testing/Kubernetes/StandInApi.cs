using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using static ChatOps.Testing.Kubernetes.StandInShapes;

namespace ChatOps.Testing.Kubernetes;

/// <summary>The HTTP of the stand-in: get, list, watch and patch, with the bodies that the real server sends.</summary>
internal sealed class StandInApi(KubernetesStandIn stage, StandInStore store, StandInKinds kinds, StandInWrites writes)
{
    private sealed record Call(string Verb, string Group, string Resource, string Namespace, string? Name)
    {
        /// <summary>It asks for what a pod wrote, rather than for the pod.</summary>
        public bool Log { get; init; }

        public string Permission => Log ? $"{Resource}/log" : Resource;

        public string Qualified => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (stage.Faults.RefuseConnections)
        {
            context.Abort();
            return;
        }
        var call = Parse(context.Request);
        stage.Note(context.Request, call?.Verb ?? "get", call?.Resource ?? "");
        if (stage.Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
            await RefuseAsync(context, Status(401, "Unauthorized", "Unauthorized"));
        else if (context.Request.Path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
            await ReviewAsync(context);
        else if (call is null && Discovered(context.Request) is { } discovered)
            await WriteAsync(context, 200, discovered);
        else if (call is null || (call.Resource == "httproutes" && !stage.KnowsGateways))
            await RefuseAsync(context, Status(404, "NotFound", "the server could not find the requested resource"));
        else if (stage.Faults.TakeFailure(call.Verb) is { } failure)
            await FailAsync(context, failure);
        else if (stage.Faults.IsForbidden(call.Verb, call.Permission))
            await RefuseAsync(context, Forbidden(call));
        else
            await AnswerAsync(context, call);
    }

    private Task AnswerAsync(HttpContext context, Call call) => call.Verb switch
    {
        "get" when call.Log => LogAsync(context, call),
        "get" when store.Find(call.Resource, call.Namespace, call.Name!) is { } found => WriteAsync(context, 200, found),
        "patch" when IsApply(context.Request) => PatchAsync(context, call),
        "get" or "patch" when store.Find(call.Resource, call.Namespace, call.Name!) is null => RefuseAsync(context, NotFound(call)),
        "list" => ListAsync(context, call),
        "watch" => WatchAsync(context, call),
        "patch" => PatchAsync(context, call),
        "create" => CreateAsync(context, call),
        "delete" when store.Find(call.Resource, call.Namespace, call.Name!) is { } gone => DeleteAsync(context, call, gone),
        "delete" => RefuseAsync(context, NotFound(call)),
        _ => RefuseAsync(context, Status(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")),
    };

    /// <summary>Says whether something would be let through; keeps nothing.</summary>
    private async Task ReviewAsync(HttpContext context)
    {
        var review = (await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body))!;
        var asked = review["spec"]!["resourceAttributes"]!;
        var resource = (string)asked["resource"]! + (asked["subresource"] is { } part ? $"/{(string)part!}" : "");
        review["status"] = new JsonObject { ["allowed"] = !stage.Faults.IsForbidden((string)asked["verb"]!, resource) };
        await WriteAsync(context, 201, review);
    }

    private Call? Parse(HttpRequest request)
    {
        var parts = (request.Path.Value ?? "").Trim('/').Split('/');
        var (group, rest) = parts switch
        {
            ["api", "v1", .. var core] => ("", core),
            ["apis", var named, _, .. var others] => (named, others),
            _ => ("", []),
        };
        var (@namespace, at) = rest is ["namespaces", var ns, _, ..] ? (ns, rest[2..]) : ("", rest);
        if (at.Length is 0 or > 3 || kinds.Find(at[0]) is not { } kind || kind.Namespaced != (@namespace.Length > 0) || (at.Length == 3 && at is not ["pods", _, "log"])) return null;
        var name = at.Length > 1 ? at[1] : null;
        var verb = request.Method switch
        {
            "GET" when request.Query["watch"] == "true" => "watch",
            "GET" => name is null ? "list" : "get",
            "PATCH" when name is not null => "patch",
            "POST" when name is null => "create",
            "DELETE" when name is not null => "delete",
            var other => other.ToLowerInvariant(),
        };
        return new Call(verb, group, at[0], @namespace, name) { Log = at.Length == 3 };
    }

    /// <summary>What kinds a group has.</summary>
    private JsonObject? Discovered(HttpRequest request) => (request.Path.Value ?? "").Trim('/').Split('/') switch
    {
        ["api", "v1"] => kinds.Discover("", "v1"),
        ["apis", var group, var version] => kinds.Discover(group, version),
        _ => null,
    };

    private Task ListAsync(HttpContext context, Call call)
    {
        var query = context.Request.Query;
        JsonObject list;
        lock (store.Gate)
        {
            var all = store.List(call.Resource, call.Namespace).Where(o => Matches(o, query)).ToList();
            var skip = int.TryParse(query["continue"], CultureInfo.InvariantCulture, out var s) ? s : 0;
            var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var l) && l > 0 ? l : int.MaxValue;
            var page = all.Skip(skip).Take(limit).ToArray<JsonNode>();
            var meta = new JsonObject { ["resourceVersion"] = store.Version };
            if (skip + page.Length < all.Count) meta["continue"] = (skip + page.Length).ToString(CultureInfo.InvariantCulture);
            list = new JsonObject { ["kind"] = $"{kinds.Find(call.Resource)!.Name}List", ["apiVersion"] = kinds.Find(call.Resource)!.ApiVersion, ["metadata"] = meta, ["items"] = new JsonArray(page) };
        }
        return WriteAsync(context, 200, list);
    }

    private async Task WatchAsync(HttpContext context, Call call)
    {
        var query = context.Request.Query;
        var from = stage.Faults.JumpBackTo is null && long.TryParse(query["resourceVersion"], CultureInfo.InvariantCulture, out var version) ? version : 0;
        if (stage.Faults.GoneAsStatus && store.Since(from, call.Resource, call.Namespace) is null)
        {
            await RefuseAsync(context, Gone(from));
            return;
        }
        var seconds = double.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var t) ? t : 3600;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stage.Watching(context));
        end.CancelAfter(TimeSpan.FromSeconds(seconds));
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(end.Token);
        try
        {
            await context.Response.Body.FlushAsync(end.Token);
            await StreamAsync(context, call, from, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The end of a watch: its time was up, or the test closed it. A bookmark that is due comes before the end.
            if (!context.RequestAborted.IsCancellationRequested) await BookmarkAsync(context, call, CancellationToken.None);
        }
        finally
        {
            stage.Watched(context);
        }
    }

    private async Task StreamAsync(HttpContext context, Call call, long from, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = store.NextOf(call.Resource, call.Namespace);
            var news = stage.Faults.MuteWatches ? [] : store.Since(from, call.Resource, call.Namespace);
            if (news is null)
            {
                await WriteLineAsync(context, "ERROR", Gone(from), cancellationToken);
                return;
            }
            foreach (var entry in news.Where(entry => stage.Faults.JumpBackTo is not { } old || entry.Version <= old))
            {
                from = entry.Version;
                if (Matches(entry.Object, context.Request.Query)) await WriteLineAsync(context, entry.Type, entry.Object, cancellationToken);
            }
            await BookmarkAsync(context, call, cancellationToken);
            await next.WaitAsync(cancellationToken);
        }
    }

    private async Task BookmarkAsync(HttpContext context, Call call, CancellationToken cancellationToken)
    {
        if (!stage.BookmarkDue(context)) return;
        var item = new JsonObject { ["kind"] = kinds.Find(call.Resource)!.Name, ["metadata"] = new JsonObject { ["resourceVersion"] = store.Version } };
        await WriteLineAsync(context, "BOOKMARK", item, cancellationToken);
    }

    private async Task PatchAsync(HttpContext context, Call call)
    {
        if (stage.Faults.TakeDropBefore())
        {
            context.Abort();
            return;
        }
        var body = await ReadAsync(context.Request);
        if (stage.Faults.TakeConflict() && store.Find(call.Resource, call.Namespace, call.Name!) is not null) stage.Touch(call.Resource, call.Namespace, call.Name!);
        var contentType = (context.Request.ContentType ?? "").Split(';')[0];
        var manager = context.Request.Query["fieldManager"].FirstOrDefault() ?? "unknown";
        var (code, answer) = body is null
            ? (400, Status(400, "BadRequest", "the object provided is unrecognized"))
            : IsApply(context.Request)
                ? writes.ServerSideApply(call.Resource, call.Namespace, call.Name!, body.AsObject(), manager, context.Request.Query["force"] == "true", IsDry(context.Request))
                : writes.Patch(call.Resource, call.Namespace, call.Name!, contentType, body, manager, IsDry(context.Request));
        if (stage.Faults.TakeDropAfter()) context.Abort();
        else await WriteAsync(context, code, answer);
    }

    private async Task DeleteAsync(HttpContext context, Call call, JsonObject gone)
    {
        var options = context.Request.ContentLength > 0 ? await ReadAsync(context.Request) : null;
        if (options?["preconditions"]?["uid"]?.GetValue<string>() is { } uid && uid != Uid(gone))
        {
            await RefuseAsync(context, Status(409, "Conflict", $"Operation cannot be fulfilled on {call.Qualified} \"{call.Name}\": the UID in the precondition ({uid}) does not match the UID in record ({Uid(gone)}). The object might have been deleted and then recreated", Details(call)));
            return;
        }

        writes.Delete(call.Resource, call.Namespace, gone, (options?["propagationPolicy"]?.GetValue<string>() ?? context.Request.Query["propagationPolicy"]) == "Background");
        if (stage.Faults.TakeDropAfter()) context.Abort();
        else await WriteAsync(context, 200, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" });
    }

    /// <summary>The lines that the test says a pod wrote, the last of them, as many as are asked for.</summary>
    private Task LogAsync(HttpContext context, Call call)
    {
        if (store.Find("pods", call.Namespace, call.Name!) is not { } pod) return RefuseAsync(context, NotFound(call));
        if (pod["status"]!["containerStatuses"]?[0]?["state"]?["waiting"] is not null)
            return RefuseAsync(context, Status(400, "BadRequest", $"container \"{context.Request.Query["container"]}\" in pod \"{call.Name}\" is waiting to start: ContainerCreating"));
        var tail = int.Parse(context.Request.Query["tailLines"].FirstOrDefault() ?? "100000", CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(string.Concat(stage.LogOf(pod).TakeLast(tail).Select(line => line + "\n")));
    }

    private async Task CreateAsync(HttpContext context, Call call)
    {
        if (stage.Faults.TakeDropBefore())
        {
            context.Abort();
            return;
        }

        var manager = context.Request.Query["fieldManager"].FirstOrDefault() ?? "unknown";
        var (code, answer) = await ReadAsync(context.Request) is JsonObject body && body["metadata"]?["name"] is not null
            ? writes.Create(call.Resource, call.Namespace, body, manager, IsDry(context.Request))
            : (400, Status(400, "BadRequest", "the object provided is unrecognized"));
        if (stage.Faults.TakeDropAfter()) context.Abort();
        else await WriteAsync(context, code, answer);
    }

    private static bool IsApply(HttpRequest request) => request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true;

    private static bool IsDry(HttpRequest request) => request.Query["dryRun"] == "All";

    private static async Task<JsonNode?> ReadAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Selectors as far as the bot's clients use them: labels <c>k=v</c>, <c>k in (…)</c>, <c>k</c>, <c>!k</c>; fields <c>k=v</c>.</summary>
    private static bool Matches(JsonObject item, IQueryCollection query)
    {
        var labels = item["metadata"]!["labels"] as JsonObject;
        var fields = (query["fieldSelector"].FirstOrDefault() ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('='));
        return SplitSelector(query["labelSelector"].FirstOrDefault() ?? "").All(s => MatchesLabel(labels, s))
            && fields.All(f => f[0].Split('.').Aggregate((JsonNode?)item, (at, step) => at?[step])?.ToString() == f[^1]);
    }

    private static IEnumerable<string> SplitSelector(string selector) =>
        System.Text.RegularExpressions.Regex.Split(selector, @",(?![^(]*\))", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Where(s => s.Length > 0);

    private static bool MatchesLabel(JsonObject? labels, string selector)
    {
        string? Of(string key) => labels?[key.Trim()]?.GetValue<string>();
        string[] Set(string text) => text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(',');
        if (selector.Contains(" notin ", StringComparison.Ordinal)) return !Set(selector).Contains(Of(selector.Split(' ')[0]), StringComparer.Ordinal);
        if (selector.Contains(" in ", StringComparison.Ordinal)) return Set(selector).Contains(Of(selector.Split(' ')[0]), StringComparer.Ordinal);
        if (selector.StartsWith('!')) return Of(selector[1..]) is null;
        return selector.Split('=') is [var key, .., var value] ? Of(key) == value : Of(selector) is not null;
    }

    private static JsonObject Gone(long from) => Status(410, "Expired", $"too old resource version: {from} (455)");

    private static JsonObject NotFound(Call call) => Status(404, "NotFound", $"{call.Qualified} \"{call.Name}\" not found", Details(call));

    private static JsonObject Forbidden(Call call) => Status(
        403, "Forbidden",
        $"{call.Qualified}{(call.Name is null ? "" : $" \"{call.Name}\"")} is forbidden: User \"chatops-bot\" cannot {call.Verb} resource \"{call.Permission}\" in API group \"{call.Group}\" in the namespace \"{call.Namespace}\"",
        Details(call));

    private static JsonObject Details(Call call) => new() { ["name"] = call.Name, ["group"] = call.Group, ["kind"] = call.Resource };

    private static Task FailAsync(HttpContext context, StandInFaults.Failure failure)
    {
        if (failure.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return RefuseAsync(context, Status(failure.Status, ReasonPhrases.GetReasonPhrase(failure.Status).Replace(" ", "", StringComparison.Ordinal), $"the stand-in was told to answer {failure.Status}"));
    }

    private static Task RefuseAsync(HttpContext context, JsonObject status) => WriteAsync(context, status["code"]!.GetValue<int>(), status);

    private static Task WriteAsync(HttpContext context, int code, JsonNode body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static async Task WriteLineAsync(HttpContext context, string type, JsonObject item, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($$"""{"type":"{{type}}","object":{{item.ToJsonString()}}}""" + "\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
