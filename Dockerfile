# One image for all roles and commands: `docker run … IMAGE server | relay | worker | migrate | topics | doctor | …`
# The target `dev` is for compose.yaml and the chart's test of a login: the stand-ins for JumpCloud and the product.
# A line of Node that gets fixes: 20 had its last in April 2026, 24 has them until April 2028.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# No package of ours needs a script of its own to be installed.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS dev
WORKDIR /app
COPY package.json package-lock.json ./
# npm can lose its registry, install nothing, and end with 0: so each stage tries what it has.
RUN npm ci --ignore-scripts --no-audit --no-fund && node --import tsx -e 0
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY dev dev
COPY drizzle drizzle
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["dev/image/stand-ins.ts"]

FROM dev AS build
USER 0:0
COPY scripts/bundle.ts scripts/bundle.ts
RUN npm run build

FROM ${NODE_IMAGE} AS image
# What installs packages is of no use at run time, but to an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn*
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/package.json ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY drizzle drizzle
RUN node dist/cli.js --help > /dev/null
# A number, so that Kubernetes can see that it isn't root. Nothing is ever written: the root may be read-only.
USER 65532:65532
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
# node is process 1 and hears SIGTERM itself: no shell, no npm between.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["--help"]
