using System.Text.Json;
using ChatOps.Bot.Web;
using ChatOps.Integrations.Teams;

namespace ChatOps.Bot.Endpoints;

/// <summary>Why a request is not let in.</summary>
/// <param name="Why">For the log; nothing of what was sent.</param>
internal sealed record TeamsRefusal(int Status, string Why);

/// <summary>An activity, read within bounds and verified before anything looks into it.</summary>
internal static class TeamsRequest
{
    public const int MostBytes = 256 * 1024;

    public static async Task<(JsonDocument? Document, TeamsActivity? Activity, TeamsRefusal? Refused)> ReadAsync(HttpContext context, TeamsOptions options, BotTokenVerifier verifier)
    {
        var request = context.Request;
        if (!request.HasJsonContentType()) return Refuse(StatusCodes.Status415UnsupportedMediaType, "not JSON");
        if (request.ContentLength > MostBytes) return Refuse(StatusCodes.Status413PayloadTooLarge, "too long");
        TokenVerdict? verdict = null;
        if (options.Registered)
        {
            // A header that comes twice is no header.
            verdict = await verifier.VerifyAsync(request.Headers.Authorization is { Count: 1 } values ? values[0] : null, context.RequestAborted);
            if (verdict is TokenVerdict.Bad bad) return Refuse(StatusCodes.Status401Unauthorized, bad.Why);
            if (verdict is TokenVerdict.Unknown) return Refuse(StatusCodes.Status503ServiceUnavailable, "the keys to tell by are not to be had");
        }
        else if (LoopbackOnly.Refuse(context) is not null)
        {
            return Refuse(StatusCodes.Status403Forbidden, "without Teams:AppId only this machine is let in");
        }

        if (await RequestBody.ReadAsync(request, MostBytes, context.RequestAborted) is not { } body) return Refuse(StatusCodes.Status413PayloadTooLarge, "too long");
        JsonDocument? document = null;
        try
        {
            document = SlackPayload.Parse(body);
            var activity = TeamsActivity.Read(document.RootElement);
            if (Foreign(activity, options, verdict as TokenVerdict.Good) is { } why)
            {
                document.Dispose();
                return Refuse(why.Status, why.Why);
            }

            return (document, activity, null);
        }
        catch (MalformedRequestException e)
        {
            document?.Dispose();
            return Refuse(StatusCodes.Status400BadRequest, e.Message);
        }
    }

    /// <summary>Why an activity is not what its token is for, or from where nobody is let in; null when it is right.</summary>
    private static TeamsRefusal? Foreign(TeamsActivity activity, TeamsOptions options, TokenVerdict.Good? token)
    {
        if (token is not null && activity.ChannelId != "msteams") return new(StatusCodes.Status401Unauthorized, "another channel than Teams");
        if (token?.Fits(activity.ChannelId, activity.ServiceUrl) == false) return new(StatusCodes.Status401Unauthorized, "a token for another address or channel");
        if (!Uri.TryCreate(activity.ServiceUrl, UriKind.Absolute, out var url) || !options.MaySendTo(url)) return new(StatusCodes.Status403Forbidden, "an address that nothing is sent to");
        return options.Registered && !string.Equals(activity.Tenant, options.TenantId, StringComparison.OrdinalIgnoreCase) ? new(StatusCodes.Status403Forbidden, "another tenant") : null;
    }

    private static (JsonDocument?, TeamsActivity?, TeamsRefusal?) Refuse(int status, string why) => (null, null, new(status, why));
}
