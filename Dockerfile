# Builds the bot and keeps only what it runs on. The system's SQLite is newer than the bundled one: the bot loads it first.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish src/Bot -c Release -o /app --no-self-contained

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends libsqlite3-0 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
COPY examples/demo /app/examples/demo
RUN mkdir /data && chown app /data
USER app
VOLUME /data
ENV ASPNETCORE_URLS=http://0.0.0.0:5080 ChatOps__Database=sqlite:/data/chatops.db
EXPOSE 5080
ENTRYPOINT ["dotnet", "chatops.dll"]
CMD ["serve"]
