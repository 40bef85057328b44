# One image for all roles: `docker run … IMAGE server | relay | worker | migrate | topics | …`
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${BASE}
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY drizzle drizzle
# A number, so that Kubernetes can see that it isn't root.
USER 65532:65532
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli.js"]
