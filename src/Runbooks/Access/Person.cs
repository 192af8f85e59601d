using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Access;

/// <summary>A person: one e-mail address in lower case, however they came in.</summary>
[JsonConverter(typeof(PersonConverter))]
public readonly record struct Person
{
    public Person(string email) => Email = email.Trim().ToLowerInvariant();

    public string Email { get; }

    /// <summary>The part before the @, for people to read.</summary>
    public string ShortName => Email is null ? "" : Email.IndexOf('@', StringComparison.Ordinal) is var at and > 0 ? Email[..at] : Email;

    public override string ToString() => Email ?? "";
}

/// <summary>The name of a group in <c>access.yaml</c>.</summary>
[JsonConverter(typeof(GroupNameConverter))]
public readonly record struct GroupName(string Name)
{
    /// <summary>Whether it names one person by their address rather than a group.</summary>
    public bool IsPerson => Name?.Contains('@', StringComparison.Ordinal) == true;

    public override string ToString() => Name;
}

/// <summary>Who is asking, as far as it could be verified.</summary>
/// <param name="Person">Null when the account could not be resolved to a person: such a caller may only read.</param>
/// <param name="Groups">Every group of access.yaml that the person is in, looked up just now.</param>
/// <param name="Name">What to call them on a card.</param>
/// <param name="IsBot">A bot may neither approve nor tick.</param>
public sealed record Caller(Person? Person, string Name, ImmutableHashSet<GroupName> Groups, bool IsBot = false)
{
    public static Caller Unknown(string name) => new(null, name, []);
}

public sealed class PersonConverter() : WordConverter<Person>(text => new Person(text), person => person.Email);

public sealed class GroupNameConverter() : WordConverter<GroupName>(text => new GroupName(text), group => group.Name);
