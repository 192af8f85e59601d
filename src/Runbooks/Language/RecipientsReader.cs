using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ChatOps.Runbooks.Access;
using ChatOps.Runbooks.Steps;

namespace ChatOps.Runbooks.Language;

/// <summary>Reads whom words are for, and judges addresses where they are written: later nobody is there to mend them.</summary>
internal static partial class RecipientsReader
{
    /// <param name="to">The key with channels and people; people for e-mail are under <c>email</c>.</param>
    /// <returns>Null when neither is written.</returns>
    public static Recipients? Read(MappingReader reader, string to, Findings findings)
    {
        if (!reader.Has(to) && !reader.Has("email")) return null;
        return new Recipients(Names(reader, to, mayBeChannel: true, findings), Names(reader, "email", mayBeChannel: false, findings));
    }

    /// <summary>Looks whether everybody who is named exists.</summary>
    public static void Look(Configuration read, Recipients whom, (string File, Spot Line) at, Findings findings, string? why = null)
    {
        foreach (var who in whom.To.Concat(whom.Email).Distinct().Where(who => !Recipients.IsChannel(who) && who != Recipients.Requester && who != AccessRules.Owners.Name))
            LintOnCall.Paged(read, new GroupName(who), at, findings, why);
    }

    private static ImmutableArray<string> Names(MappingReader reader, string key, bool mayBeChannel, Findings findings)
    {
        var names = reader.Texts(key);
        if (names.IsEmpty && reader.IsEmptyList(key)) findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} names nobody.", null, "Name somebody, or leave it out.");
        if (names.Length > Recipients.Most) findings.Error(reader.File, reader.LineOf(key), "bad-value", $"{key} names {names.Length}.", null, $"Name at most {Recipients.Most}; a group counts once.");
        foreach (var (text, line) in names)
        {
            if (Recipients.IsChannel(text) && !mayBeChannel) findings.Error(reader.File, line, "bad-value", $"{text} is a channel, and gets no e-mail.", null, "Name it elsewhere: channel:, to: or notify:.");
            else if (new GroupName(text).IsPerson && !IsAddress(text)) findings.Error(reader.File, line, "bad-value", $"\"{MappingReader.Cut(text)}\" is no e-mail address.", null, "Write it as name@example.com, and nothing else.");
        }

        return [.. names.Select(name => name.Text).Distinct(StringComparer.OrdinalIgnoreCase).Take(Recipients.Most)];
    }

    /// <summary>A plain address as RFC 5321 lets one be sent to: no quotes, no comments, no names, no blanks.</summary>
    private static bool IsAddress(string text) => text.Length <= 254 && Address().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
