using System.Collections.Immutable;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Calendar;
using ChatOps.Runbooks.Work;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads <c>access.yaml</c>.</summary>
internal static partial class AccessReader
{
    public static AccessRules Read(string file, YamlMappingNode root, Findings findings)
    {
        var reader = new MappingReader(file, root, Spot.Of(root.Start), AccessShapes.Access, findings);
        foreach (var key in reader.Keys) findings.Remember($"access:{key}", file, reader.LineOf(key));
        var groups = reader.Named("groups").Select(one => Group(file, one.Name, one.Line, one.Value, findings)).OfType<Group>();
        return new AccessRules([.. groups], [.. Grants(reader.Mapping("may"), findings)], [.. reader.Mappings("demo").Select(one => Persona(one, findings)).OfType<Persona>()]);
    }

    private static Group? Group(string file, string name, Spot line, MappingReader? reader, Findings findings)
    {
        if (findings.Remember($"group:{name}", file, line) is { } before)
            findings.Error(file, line, "duplicate-name", $"There are two groups {name}.", $"The other is in line {before.Line}.", "Put them together, or rename one.");
        if (!Lint.IsName(name))
            findings.Error(file, line, "bad-name", $"A group can't be called \"{name}\".", null, "Use letters, digits and dashes.");
        if (reader is null) return null;
        if (name == AccessRules.Owners.Name)
            findings.Error(file, line, "group-reserved", "owners is not a group: it stands for the groups that own a service.", null, "Name this group otherwise.");
        if (!reader.Has("all") && !reader.Has("members") && !reader.Has("slack") && !reader.Has("entra"))
            findings.Error(file, line, "group-empty", $"Nobody is in {name}.", null, "Write members: [ … ], slack: HANDLE, entra: ID or all: true.");
        var members = ImmutableHashSet.CreateBuilder<Person>();
        foreach (var (text, at) in reader.Texts("members"))
        {
            if (Address().IsMatch(text)) members.Add(new Person(text));
            else findings.Error(file, at, "bad-address", $"\"{text}\" is not an e-mail address.", "A person is one e-mail address.", null);
        }

        if (reader.Text("entra") is { Length: > 0 } entra && !Guid.TryParse(entra, out _))
            findings.Error(file, reader.LineOf("entra"), "bad-value", $"\"{entra}\" is not the object ID of a group.", null, "Copy the Object ID from the group's page in Entra ID.");
        ImmutableArray<OutsideGroup> outside = [.. ((string[])["slack", "entra"]).Where(system => reader.Text(system) is { Length: > 0 }).Select(system => new OutsideGroup(system, reader.Text(system)!))];
        return new Group(new GroupName(name), reader.Flag("all"), members.ToImmutable(), outside) { Report = Report(name, reader.Mapping("report"), findings) };
    }

    private static TeamReport? Report(string group, MappingReader? reader, Findings findings)
    {
        if (reader is null) return null;
        findings.Remember($"report:{group}", reader.File, reader.Line);
        var (channel, day, at, zone) = (reader.Text("channel"), reader.Text("day") ?? "Mon", reader.Text("at") ?? "09:00", reader.Text("zone"));
        if (Days.Of(day) is not { } weekday)
        {
            findings.Error(reader.File, reader.LineOf("day"), "bad-value", $"\"{MappingReader.Cut(day)}\" is no day.", null, "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.");
            return null;
        }

        if (!TimeOnly.TryParseExact(at, "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time))
        {
            findings.Error(reader.File, reader.LineOf("at"), "bad-value", $"\"{MappingReader.Cut(at)}\" is no time.", null, "Write it in quotes, as \"09:00\".");
            return null;
        }

        if (zone is { Length: > 0 } && Zone.Find(zone) is null)
        {
            findings.Error(reader.File, reader.LineOf("zone"), "zone-unknown", $"There is no time zone \"{MappingReader.Cut(zone)}\".", null, Zone.Mend(zone));
            return null;
        }

        return channel is { Length: > 0 } ? new TeamReport(channel, weekday, time, string.IsNullOrEmpty(zone) ? null : zone) : null;
    }

    private static IEnumerable<Grant> Grants(MappingReader? reader, Findings findings)
    {
        if (reader is null) yield break;
        foreach (var right in Enum.GetValues<Right>())
        {
            var word = AccessRules.Word(right);
            foreach (var (environment, line, groups) in reader.NamedTexts(word))
            {
                findings.Remember($"may:{word}:{environment}", reader.File, line);
                yield return new Grant(right, environment, [.. groups.Select(group => new GroupName(group.Text))]);
            }
        }
    }

    private static Persona? Persona(MappingReader reader, Findings findings)
    {
        findings.Remember("demo", reader.File, reader.Line);
        if (reader.Text("person") is not { Length: > 0 } person || reader.Text("name") is not { } name || reader.Text("role") is not { } role) return null;
        if (!Address().IsMatch(person))
            findings.Error(reader.File, reader.LineOf("person"), "bad-address", $"\"{person}\" is not an e-mail address.", "A person is one e-mail address.", null);
        if (findings.Remember($"demo:{person}", reader.File, reader.LineOf("person")) is { } before)
            findings.Error(reader.File, reader.LineOf("person"), "duplicate-name", $"There are two personas {person}.", $"The other is in line {before.Line}.", "Leave one out.");
        return new Persona(new Person(person), name, role);
    }

    /// <summary>Enough of an address to be one; whether it exists is for the mail to find out.</summary>
    [System.Text.RegularExpressions.GeneratedRegex("^[^@ <>,;]+@[^@ <>,;]+$", System.Text.RegularExpressions.RegexOptions.NonBacktracking)]
    private static partial System.Text.RegularExpressions.Regex Address();
}
