# The operator's image, with the agent in it: bundled files on any base that has Node 20.19 or newer, and nothing else.
#
#   npm run build
#   docker build -t xen-fleet .                                     (or: podman build, buildah bud)
#   docker build -t xen-fleet --build-arg BASE=node:24-slim .
#
# The default base has no shell and no package manager.
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot
FROM ${BASE}
LABEL org.opencontainers.image.title="xen-fleet" \
      org.opencontainers.image.description="The Xen fleet operator" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY dist/*.js dist/*.LEGAL.txt dist/package.json /app/
# Node is in /nodejs/bin in distroless images, in /usr/local/bin in others.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin NODE_ENV=production
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "/app/operator.js"]
