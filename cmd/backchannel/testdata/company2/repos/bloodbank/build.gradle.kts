plugins {
    kotlin("jvm") version "1.7.20"
    id("io.ktor.plugin") version "1.6.8"
}
