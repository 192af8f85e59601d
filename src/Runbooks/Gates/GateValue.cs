using System.Globalization;
using System.Runtime.InteropServices;
using ChatOps.Runbooks.Work;

namespace ChatOps.Runbooks.Gates;

/// <summary>What a number counts, so that it can be told as people say it.</summary>
public enum GateUnit
{
    /// <summary>Nothing in particular: requests, issues, restarts.</summary>
    Plain,

    /// <summary>A share of a whole, from 0 to 1; told in percent.</summary>
    Share,

    /// <summary>Seconds.</summary>
    Time,
}

/// <summary>A number with its unit: a limit as its file says it, or a sample.</summary>
/// <param name="Number">A share from 0 to 1, seconds, or a plain number; always finite.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct GateValue(double Number, GateUnit Unit)
{
    /// <summary>Reads <c>5%</c>, <c>500ms</c>, <c>1.5s</c>, <c>0.05</c>, <c>1200</c>. False for anything else, and for what is not finite.</summary>
    public static bool TryRead(string text, out GateValue value)
    {
        var rest = text.AsSpan().Trim();
        var end = rest.LastIndexOfAnyInRange('0', '9') + 1;
        var (factor, unit) = rest[end..].Trim() switch
        {
            "" => (1d, GateUnit.Plain),
            "%" => (0.01, GateUnit.Share),
            "ms" => (0.001, GateUnit.Time),
            "us" => (0.000_001, GateUnit.Time),
            "s" => (1, GateUnit.Time),
            "m" or "min" => (60, GateUnit.Time),
            "h" => (3600, GateUnit.Time),
            _ => (double.NaN, GateUnit.Plain),
        };
        var read = double.TryParse(rest[..end], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);

        // Divided rather than multiplied: 5 % is 0.05 and not 0.05000000000000001.
        value = new GateValue(factor < 1 ? number / Math.Round(1 / factor) : number * factor, unit);
        return read && double.IsFinite(factor) && double.IsFinite(value.Number);
    }

    /// <summary><c>4.2%</c>, <c>480 ms</c>, <c>1.3 s</c>, <c>12</c>.</summary>
    public override string ToString() => Unit switch
    {
        GateUnit.Share => $"{Short(Number * 100)}%",
        GateUnit.Time when Math.Abs(Number) >= 120 => Words.Duration(TimeSpan.FromSeconds(Math.Clamp(Number, 0, 1e9))),
        GateUnit.Time when Math.Abs(Number) >= 1 || Number == 0 => $"{Short(Number)} s",
        GateUnit.Time => $"{Short(Number * 1000)} ms",
        _ => Short(Number),
    };

    private static string Short(double number) => Math.Abs(number) switch
    {
        0 => "0",
        >= 1e9 or < 1e-4 => number.ToString("0.##E+0", CultureInfo.InvariantCulture),
        >= 100 => number.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => number.ToString("0.##", CultureInfo.InvariantCulture),
        >= 0.1 => number.ToString("0.###", CultureInfo.InvariantCulture),
        _ => number.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
