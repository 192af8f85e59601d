using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace ChatOps.Bot.Web;

/// <summary>How the console reads forms and sends pages.</summary>
internal static class PageResults
{
    /// <summary>In bytes: a long command with a long reason has a tenth of it.</summary>
    public const int LongestForm = 16 * 1024;

    /// <summary>Sent by the console's own script, which wants elements rather than pages.</summary>
    public static bool IsScript(HttpContext http) => http.Request.Headers["X-Fragment"].Count > 0;

    /// <summary>The script says which page it is on: the chat shows a run differently from the run's own page.</summary>
    public static bool IsChat(HttpContext http) => http.Request.Headers["X-Fragment"] == "chat";

    public static IResult Page(Html html, int status = StatusCodes.Status200OK) => Results.Content(html.Markup, "text/html; charset=utf-8", Encoding.UTF8, status);

    public static IResult Json(Told told) => Results.Json(told, PageJson.Plain.Told);

    /// <summary>After a form, so that a reload asks for a page instead of sending the form again.</summary>
    public static IResult SeeOther(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>A form of bounded size; anything else is a bad request.</summary>
    public static async Task<IFormCollection> FormAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType) throw new BadHttpRequestException("A form is expected.", StatusCodes.Status415UnsupportedMediaType);
        if (http.Request.ContentLength > LongestForm) throw new BadHttpRequestException("The form is too long.", StatusCodes.Status413PayloadTooLarge);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LongestForm;
        try
        {
            return await http.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 100, ValueLengthLimit = LongestForm }, http.RequestAborted);
        }
        catch (InvalidDataException unreadable)
        {
            throw new BadHttpRequestException("The form can't be read.", unreadable);
        }
    }

    /// <summary>The form's one-time name; one that is not ours counts as a new one.</summary>
    public static string DeliveryOf(IFormCollection form) =>
        form["delivery"].ToString() is { Length: 32 } given && given.All(char.IsAsciiHexDigit) ? given : NewDelivery();

    public static string NewDelivery() => Guid.NewGuid().ToString("N");

    /// <summary>Whether an address leads to a page of ours, and can't be read as one of anybody else.</summary>
    public static bool IsOurPath(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl);

    /// <summary>The page of ours that a form was sent from.</summary>
    public static string BackOf(HttpContext http, IFormCollection form)
    {
        var said = form["back"].ToString();
        if (IsOurPath(said)) return said;
        return Uri.TryCreate(http.Request.Headers.Referer, UriKind.Absolute, out var from) && from.Authority == http.Request.Host.Value && from.AbsolutePath is var path && !path.StartsWith("//", StringComparison.Ordinal) && path is not ("/say" or "/fill" or "/click" or "/be" or "/signout")
            ? from.PathAndQuery
            : "/";
    }
}
