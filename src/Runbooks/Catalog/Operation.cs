using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChatOps.Runbooks.Catalog;

/// <summary>Something that is done to objects where a target runs, besides bringing a version there. Stored: a name keeps its meaning for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "operation")]
[JsonDerivedType(typeof(Scale), "scale")]
[JsonDerivedType(typeof(Restart), "restart")]
[JsonDerivedType(typeof(Patch), "patch")]
[JsonDerivedType(typeof(Delete), "delete")]
[JsonDerivedType(typeof(Apply), "apply")]
[JsonDerivedType(typeof(Helm), "helm")]
[JsonDerivedType(typeof(TakeBack), "take-back")]
public abstract partial record Operation
{
    /// <summary>The stable name of its kind, as in YAML.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>A few words, to head a line.</summary>
    [JsonIgnore]
    public abstract string Title { get; }

    /// <summary>Everything it would do, in words that change when it changes.</summary>
    public abstract string Says();

    /// <summary>It with every text in it filled.</summary>
    public virtual Operation Filled(Func<string, string> fill) => this;

    /// <summary>What taking it back means, in words.</summary>
    public abstract string Undone();

    /// <summary>Sets how many replicas a workload has, and waits until it has them.</summary>
    public sealed record Scale(ObjectRef Of, int Replicas) : Operation
    {
        public override string Kind => "scale";
        public override string Title => $"Scale {Of.Short} to {Replicas}";
        public override string Says() => $"set the replicas of {Of} to {Replicas}, and wait until they are up";
        public override Operation Filled(Func<string, string> fill) => this with { Of = Of.Filled(fill) };
        public override string Undone() => "scaling back to the count that it had, unless somebody changed it since";
    }

    /// <summary>Replaces a workload's pods by new ones of the same template, a few at a time, and waits until they are up.</summary>
    public sealed record Restart(ObjectRef Of) : Operation
    {
        public override string Kind => "restart";
        public override string Title => $"Restart {Of.Short}";
        public override string Says() => $"replace the pods of {Of} a few at a time by new ones that run the same, and wait until they are up";
        public override Operation Filled(Func<string, string> fill) => this with { Of = Of.Filled(fill) };
        public override string Undone() => "nothing: new pods run what the old ones ran";
    }

    /// <summary>Sets fields of an object, by RFC 7386: null takes a field away, lists are replaced whole.</summary>
    /// <param name="Body">A JSON object.</param>
    public sealed record Patch(ObjectRef Of, string Body) : Operation
    {
        public override string Kind => "patch";
        public override string Title => $"Patch {Of.Short}";
        public override string Says() => $"set in {Of}: {Body}";
        public override Operation Filled(Func<string, string> fill) => this with { Of = Of.Filled(fill), Body = Jobs.Fill(Body, fill) };
        public override string Undone() => "putting back what the fields were, unless somebody changed them since";

        /// <summary>Each field that it sets, as the way there, and the value.</summary>
        public IEnumerable<(string[] Path, JsonNode? Value)> Fields() => Leaves(JsonNode.Parse(Body)!.AsObject(), []);

        private static IEnumerable<(string[], JsonNode?)> Leaves(JsonObject at, string[] way) => at.SelectMany(field =>
            field.Value is JsonObject { Count: > 0 } inner ? Leaves(inner, [.. way, field.Key]) : [([.. way, field.Key], field.Value)]);
    }

    /// <summary>Deletes an object, and waits until it is gone.</summary>
    public sealed record Delete(ObjectRef Of) : Operation
    {
        public override string Kind => "delete";
        public override string Title => $"Delete {Of.Short}";
        public override string Says() => $"delete {Of} and what belongs to it";
        public override Operation Filled(Func<string, string> fill) => this with { Of = Of.Filled(fill) };
        public override string Undone() => "making it again as it was";
    }

    /// <summary>Takes another one back.</summary>
    /// <param name="Before">What was noted before it: see <see cref="Foresight.Before"/>.</param>
    public sealed record TakeBack(Operation Of, string Before) : Operation
    {
        public override string Kind => $"{Of.Kind}-undo";
        public override string Title => $"Take back: {Of.Title}";
        public override string Says() => $"undo by {Of.Undone()}";
        public override Operation Filled(Func<string, string> fill) => this with { Of = Of.Filled(fill) };
        public override string Undone() => "nothing";
    }
}

/// <summary>An object of a cluster, in the target's namespace.</summary>
/// <param name="Name">Empty = the target's own Deployment, and the one that has the traffic where two take turns.</param>
public sealed record ObjectRef(string ApiVersion, string Kind, string Name)
{
    public static readonly ObjectRef Target = new("apps/v1", "Deployment", "");

    [JsonIgnore]
    public bool IsTarget => Name.Length == 0;

    /// <summary>For a title.</summary>
    [JsonIgnore]
    public string Short => IsTarget ? "the target" : Name;

    public ObjectRef Filled(Func<string, string> fill) => this with { Name = fill(Name) };

    public override string ToString() => IsTarget ? "the target's workload" : $"{Kind.ToLowerInvariant()} {Name}";
}
