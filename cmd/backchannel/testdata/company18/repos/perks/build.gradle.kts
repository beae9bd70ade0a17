plugins {
    kotlin("jvm") version "2.0.20"
}

dependencies {
    implementation("io.ktor:ktor-server-core:2.3.12")
}
