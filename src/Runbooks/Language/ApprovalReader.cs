using System.Collections.Immutable;
using System.Globalization;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads what an approval says.</summary>
internal static class ApprovalReader
{
    public static Approval Read(StepId id, string title, MappingReader reader, Findings findings) => new(id, title, Quorums(reader, findings), reader.Duration("within"))
    {
        Escalate = [.. reader.OneOrMore("escalate").Where(one => one.Text("to") is { Length: > 0 }).Select(one => new Escalation(one.Duration("after"), new GroupName(one.Text("to")!))).OrderBy(one => one.After)],
        OnlyWorkingHours = reader.Flag("working-hours"),
        MaySkipSoak = reader.Flag("may-skip-soak"),
        Carry = reader.Has("carry") ? reader.Duration("carry") : null,
    };

    /// <summary>Names, of whom <c>count</c> are needed; or each name with its own number.</summary>
    private static ImmutableArray<Quorum> Quorums(MappingReader reader, Findings findings)
    {
        if (reader.Node("from") is not YamlMappingNode mapping)
        {
            if (reader.IsEmptyList("from"))
                findings.Error(reader.File, reader.LineOf("from"), "missing-value", "from names no group.", "Somebody has to be able to give the approval.", "Write from: [release-managers]");
            return [new Quorum([.. reader.Texts("from").Select(group => new GroupName(group.Text))], reader.Number("count"))];
        }

        if (reader.Has("count"))
            findings.Error(reader.File, reader.LineOf("count"), "key-elsewhere", "from says how many of each group already.", null, "Leave count out.");
        var quorums = ImmutableArray.CreateBuilder<Quorum>();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { Length: > 0 } group } && value is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 20)
                quorums.Add(new Quorum([new GroupName(group)], count));
            else findings.Error(reader.File, Spot.Of(key.Start), "bad-value", "Each group of from needs a number from 1 to 20.", null, "Write from: { release-managers: 1, security: 1 }");
        }

        return quorums.ToImmutable();
    }
}
