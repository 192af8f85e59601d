using System.Globalization;

namespace ChatOps.Runbooks.Conditions;

/// <summary>How two values compare, by what they look like.</summary>
internal static class Values
{
    /// <summary>Whether they are the same: as texts without regard to case, or in order where the kind has one.</summary>
    public static bool Same(Kind kind, string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase) || (kind is not Kind.Text && Order(kind, a, b) == 0);

    /// <summary>Which comes first: negative, zero or positive; null where they can't be put in order.</summary>
    /// <remarks>An answer is a number where both sides are, else a time or a version where both look like one.</remarks>
    public static int? Order(Kind kind, string a, string b)
    {
        if (kind == Kind.Answer && Number(a) is { } x && Number(b) is { } y) return x.CompareTo(y);
        if (kind is Kind.Answer or Kind.Time && Time(a) is { } early && Time(b) is { } late) return early.CompareTo(late);
        if (kind is Kind.Answer or Kind.Version && SemanticVersion.Read(a) is { } old && SemanticVersion.Read(b) is { } young) return old.Against(young);
        return null;
    }

    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time of day: <c>09:00</c>, or <c>9:00</c>.</summary>
    public static TimeOnly? Time(string text) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
