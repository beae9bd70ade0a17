plugins {
    kotlin("android") version "1.9.22"
    id("com.android.application") version "8.3.0"
}

android {
    compileSdk = 34
}
