using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing;

/// <summary>Small servers on free ports of this machine, for whatever stands in for something outside.</summary>
public static class Loopback
{
    /// <summary>Starts one that answers every request alike.</summary>
    public static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    /// <summary>Starts one for a stand-in that has to know its own server: its address, and how to end it.</summary>
    public static async Task<T> StartAsync<T>(Func<WebApplication, T> make, Func<T, HttpContext, Task> answer)
        where T : class
    {
        T? standIn = null;
        return standIn = make(await StartAsync(context => answer(standIn!, context)));
    }
}
